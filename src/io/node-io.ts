import { Failure } from '../core/failure.ts';
import { reasonOf } from './fs/disk-error.ts';
import type { Io, Output, Prompter } from './io.ts';
import { reportOutputErrors } from './output-errors.ts';

/** The `Io` of this process. `prompter` is called only before the first prompt. */
export function nodeIo(prompter: () => Promise<Prompter>): Io {
  return {
    get cwd() {
      return workingDirectory();
    },
    env: process.env,
    out: outputOf(process.stdout, 'Standard output'),
    err: outputOf(process.stderr, 'Standard error'),
    // A getter, because accessing `process.stdin` makes Node load its stream code.
    get isInteractive() {
      return Boolean(process.stdin.isTTY && process.stdout.isTTY);
    },
    prompter,
    readStdin,
  };
}

/** Called lazily, because the folder may have been deleted and some commands do not need it. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new Failure('working-directory-unusable', { reason: reasonOf(error) }, error);
  }
}

function outputOf(stream: NodeJS.WriteStream, name: string): Output {
  reportOutputErrors(stream, name);
  return {
    write: (text) => void stream.write(text),
    isTty: Boolean(stream.isTTY),
    get columns() {
      return stream.columns;
    },
  };
}

async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    total += (chunk as Buffer).length;
    if (total > limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit + 1);
}
