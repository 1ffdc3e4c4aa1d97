import { setFlagsFromString } from 'node:v8';

/** A later one may not know the flag, and would say so on the terminal. */
const lastNodeTried = 26;

/**
 * Keeps V8 from what pays only in runs that are longer than any of ours: copying into a function what it calls, and clearing
 * away the youngest objects on all processors at once. A tenth and a twentieth of the CPU of the longest runs.
 */
export function sparingEngine(): void {
  const [major] = process.versions.node.split('.');
  if (Number(major) > lastNodeTried) return;
  for (const flag of ['--no-turbo-inlining', '--no-parallel-scavenge']) setFlagsFromString(flag);
}
