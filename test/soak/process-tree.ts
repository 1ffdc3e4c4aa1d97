import { readdirSync, readFileSync } from 'node:fs';

/** What processes use. */
export interface Usage {
  /** Their share of memory: pages that several processes share are divided among them. */
  readonly pssKb: number;
  /** Open files and connections. */
  readonly handles: number;
}

/** What a process and all of its descendants use. */
export function usageOf(root: number): Usage {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  const used = all.map((pid) => usageOfOne(pid));
  return {
    pssKb: used.reduce((sum, { pssKb }) => sum + pssKb, 0),
    handles: used.reduce((sum, { handles }) => sum + handles, 0),
  };
}

function parentOf(pid: number): number | undefined {
  const stat = ifAlive(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name of the program, in parentheses, may contain anything.
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function usageOfOne(pid: number): Usage {
  const memory = ifAlive(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? '';
  const handles = ifAlive(() => readdirSync(`/proc/${pid}/fd`).length) ?? 0;
  return { pssKb: Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0), handles };
}

/** `undefined` if the process has ended meanwhile. */
function ifAlive<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
