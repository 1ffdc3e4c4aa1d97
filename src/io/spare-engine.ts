/** Fewer modules are done before any of it counts, and before `node:v8` is loaded. */
const many = 50;

/** A later one may not know the flags, and would say so on the terminal. */
const lastNodeTried = 26;

/**
 * For work on many modules: keeps V8 from what pays only in runs that are longer than any of ours, copying into a function
 * what it calls, and clearing away the youngest objects on all processors at once. A tenth and a twentieth of the CPU.
 */
export async function spareEngine(modules: number): Promise<void> {
  const [major] = process.versions.node.split('.');
  if (modules < many || Number(major) > lastNodeTried) return;
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of ['--no-turbo-inlining', '--no-parallel-scavenge']) setFlagsFromString(flag);
}
