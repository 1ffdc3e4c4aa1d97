import { writeSync } from 'node:fs';
import type { Failure } from '../core/failure.ts';

/**
 * Handles errors of an output stream. Ignores EPIPE: the reader of a pipe may close it early, as `head` does. Reports
 * any other error once, such as a full disk, and makes the process exit with 3.
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

/** The exit code for system errors. The cli layer defines it as `exit.machine`, which io cannot import. */
const exitCode = 3;

async function report(output: string, error: Error): Promise<void> {
  const [{ Failure }, { reasonOf }] = await Promise.all([import('../core/failure.ts'), import('./fs/disk-error.ts')]);
  const { message, hint }: Failure = new Failure('output-unwritable', { output, reason: reasonOf(error) }, error);
  try {
    writeSync(2, `error ${message}\n      ${hint}\n`);
  } catch {
    // Standard error is not writable either.
  }
}
