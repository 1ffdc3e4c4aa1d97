import type { Io, Output, Prompter } from './io.ts';

/** The `Io` of this process. `prompter` is called only before the first prompt. */
export function nodeIo(prompter: () => Promise<Prompter>): Io {
  return {
    cwd: process.cwd(),
    env: process.env,
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    // Looking at stdin makes Node read its stream code: only when something might be asked.
    get isInteractive() {
      return Boolean(process.stdin.isTTY && process.stdout.isTTY);
    },
    prompter,
    readStdin,
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // Whoever reads may have seen enough, as `head` has: no reason to stop half-way, and none to complain.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
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
