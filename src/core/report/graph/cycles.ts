interface Arrow {
  readonly from: number;
  readonly to: number;
}

/** The strongly connected nodes of a graph with `size` nodes: groups in a cycle, and nodes with an arrow to themselves. */
export function findCycles(size: number, arrows: readonly Arrow[]): number[][] {
  const forward = targetsOf(size, arrows);
  const backward = targetsOf(
    size,
    arrows.map(({ from, to }) => ({ from: to, to: from })),
  );
  const order: number[] = [];
  const seen = new Set<number>();
  for (let node = 0; node < size; node += 1) visit(node, forward, seen, (one) => order.push(one));
  const grouped = new Set<number>();
  const groups: number[][] = [];
  for (const node of order.reverse()) {
    const group: number[] = [];
    visit(node, backward, grouped, (one) => group.push(one));
    if (group.length > 1 || (group.length === 1 && forward[node]?.includes(node))) groups.push(group.sort(ascending));
  }
  return groups.sort(([a = 0], [b = 0]) => a - b);
}

const ascending = (a: number, b: number) => a - b;

function targetsOf(size: number, arrows: readonly Arrow[]): number[][] {
  const targets: number[][] = Array.from({ length: size }, () => []);
  for (const { from, to } of arrows) targets[from]?.push(to);
  return targets;
}

/** Calls `leave` for each node that can be reached and was not seen, after the nodes that it reaches. */
function visit(
  start: number,
  targets: readonly (readonly number[])[],
  seen: Set<number>,
  leave: (node: number) => void,
): void {
  if (seen.has(start)) return;
  seen.add(start);
  const path = [{ node: start, next: 0 }];
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const target = targets[last.node]?.[last.next];
    last.next += 1;
    if (target === undefined) {
      leave(last.node);
      path.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      path.push({ node: target, next: 0 });
    }
  }
}
