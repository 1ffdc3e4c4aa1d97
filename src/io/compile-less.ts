import { setFlagsFromString } from 'node:v8';

/** A later one may not know the flag, and would say so on the terminal. */
const lastNodeTried = 26;

/**
 * Keeps V8 from copying into a function what it calls: no run is so long that this pays, and compiling the longer functions
 * takes a tenth of the CPU of the longest.
 */
export function compileLess(): void {
  const [major] = process.versions.node.split('.');
  if (Number(major) <= lastNodeTried) setFlagsFromString('--no-turbo-inlining');
}
