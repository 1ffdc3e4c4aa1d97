import { graphlib, layout } from '@dagrejs/dagre';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A box of a drawing. Its place is its center. */
export type Box = Size & Point;

/** An arrow between two boxes, by their indexes; with `label`, space for a text is left in its middle. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly label?: Size;
  /** Whether it leads from right to left. */
  readonly isBackward?: boolean;
}

export interface Drawing extends Size {
  readonly boxes: readonly Box[];
  /** For each arrow its bends and the place of its label. */
  readonly arrows: readonly { readonly points: readonly Point[]; readonly label: Point | undefined }[];
}

const gap = 28;

/** Places boxes in layers, from left to right along the arrows, or against backward ones. Parts without arrows between them are packed in rows. */
export function placeBoxes(sizes: readonly Size[], arrows: readonly Arrow[]): Drawing {
  const boxes: Box[] = sizes.map((size) => ({ ...size, x: 0, y: 0 }));
  const lines: { points: Point[]; label: Point | undefined }[] = arrows.map(() => ({ points: [], label: undefined }));
  const parts = partsOf(sizes.length, arrows).map((part) => placePart(part, sizes, arrows));
  const area = parts.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  // About as wide as a page is: 3:2. A part that is wider sets the width.
  const widest = Math.max(Math.sqrt(area * 1.5), ...parts.map(({ width }) => width));
  let [x, y, rowHeight, total] = [0, 0, 0, 0];
  for (const part of parts) {
    if (x > 0 && x + part.width > widest) [x, y, rowHeight] = [0, y + rowHeight + gap, 0];
    const moved = (point: Point): Point => ({ x: point.x + x, y: point.y + y });
    for (const [index, box] of part.boxes) boxes[index] = { ...box, ...moved(box) };
    for (const [index, { points, label }] of part.arrows)
      lines[index] = { points: points.map(moved), label: label && moved(label) };
    total = Math.max(total, x + part.width);
    rowHeight = Math.max(rowHeight, part.height);
    x += part.width + gap;
  }
  return { boxes, arrows: lines, width: total, height: y + rowHeight };
}

/** Groups of boxes that arrows connect: the largest first, single boxes last, else in the given order. */
function partsOf(count: number, arrows: readonly Arrow[]): number[][] {
  const group = Array.from({ length: count }, (_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (group[root] !== root) root = group[root] as number;
    return root;
  };
  for (const { from, to } of arrows) {
    const [a, b] = [rootOf(from), rootOf(to)];
    group[Math.max(a, b)] = Math.min(a, b);
  }
  const parts = new Map<number, number[]>();
  for (let index = 0; index < count; index += 1) parts.set(rootOf(index), [...(parts.get(rootOf(index)) ?? []), index]);
  return [...parts.values()].sort((a, b) => b.length - a.length);
}

interface Part extends Size {
  readonly boxes: readonly (readonly [number, Box])[];
  readonly arrows: readonly (readonly [number, { readonly points: readonly Point[]; readonly label?: Point }])[];
}

function placePart(part: readonly number[], sizes: readonly Size[], arrows: readonly Arrow[]): Part {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 22, edgesep: 12, ranksep: 48 });
  const members = new Set(part);
  for (const index of part) graph.setNode(String(index), { ...(sizes[index] as Size) });
  const own = [...arrows.entries()].filter(([, { from }]) => members.has(from));
  const ends = ({ from, to, isBackward }: Arrow) =>
    (isBackward ? [to, from] : [from, to]).map(String) as [string, string];
  for (const [index, arrow] of own)
    graph.setEdge(...ends(arrow), { ...(arrow.label ?? { width: 0, height: 0 }), labelpos: 'c' }, String(index));
  layout(graph);
  const boxes = part.map((index) => [index, graph.node(String(index)) as Box] as const);
  const lines = own.map(([index, arrow]) => {
    const { points, x, y } = graph.edge(...ends(arrow), String(index)) as { points: Point[] } & Point;
    const placed = arrow.isBackward && arrow.from !== arrow.to ? points.toReversed() : points;
    return [index, { points: placed, ...(arrow.label && { label: { x, y } }) }] as const;
  });
  // An arrow of a box to itself may reach beyond the size that dagre reports.
  const xs = [
    ...boxes.map(([, box]) => box.x + box.width / 2),
    ...lines.flatMap(([, line]) => line.points.map(({ x }) => x)),
  ];
  const ys = [
    ...boxes.map(([, box]) => box.y + box.height / 2),
    ...lines.flatMap(([, line]) => line.points.map(({ y }) => y)),
  ];
  return { boxes, arrows: lines, width: Math.max(...xs), height: Math.max(...ys) };
}
