import { readdirSync, readFileSync } from 'node:fs';

/** What processes use. */
export interface Usage {
  /** Their share of memory: pages that several processes share are divided among them. */
  readonly pssKb: number;
  /** Open files and connections. */
  readonly handles: number;
  /** Since they started, with those of children that have ended. */
  readonly cpuSeconds: number;
}

const ticksPerSecond = 100;

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
    cpuSeconds: used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  };
}

/** The fields of a process's state after its name, which is in parentheses and may contain anything. */
function stateOf(pid: number): string[] | undefined {
  const stat = ifAlive(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function parentOf(pid: number): number | undefined {
  const state = stateOf(pid);
  return state && Number(state[1]);
}

function usageOfOne(pid: number): Usage {
  const memory = ifAlive(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? '';
  const handles = ifAlive(() => readdirSync(`/proc/${pid}/fd`).length) ?? 0;
  const ticks = (stateOf(pid) ?? []).slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  return { pssKb: Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0), handles, cpuSeconds: ticks / ticksPerSecond };
}

/** `undefined` if the process has ended meanwhile. */
function ifAlive<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
