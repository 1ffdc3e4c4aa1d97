import { writeSync } from 'node:fs';
import type { Failure } from '../core/failure.ts';

/**
 * Whoever reads may have seen enough, as `head` has: no reason to stop half-way, and none to complain. Any other error,
 * such as a full disk, is told once, and is what the process exits with, whatever the command comes to.
 */
export function reportOutputErrors<S extends NodeJS.WritableStream>(stream: S, output: string): S {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isReported) return;
    isReported = true;
    void report(output, error);
    process.once('exit', () => {
      process.exitCode = exitCode;
    });
  });
}

let isReported = false;

/** Of every failure that is the system's; what is above this floor names it `exit.machine`. */
const exitCode = 3;

async function report(output: string, error: Error): Promise<void> {
  const [{ Failure }, { reasonOf }] = await Promise.all([
    import('../core/failure.ts'),
    import('./apply/disk-error.ts'),
  ]);
  const { message, hint }: Failure = new Failure('output-unwritable', { output, reason: reasonOf(error) }, error);
  try {
    writeSync(2, `error ${message}\n      ${hint}\n`);
  } catch {
    // It was standard error, or there is nowhere left to say it.
  }
}
