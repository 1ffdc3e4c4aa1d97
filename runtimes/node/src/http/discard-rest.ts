import type { Readable } from 'node:stream';

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_MS = 5_000;

/** Discards the rest of a body, up to a limit: many clients read the answer only after they have sent everything. */
export function discardRest(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, MAX_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    let bytes = 0;
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done();
    });
    body.on('close', done);
    body.on('end', done);
    body.resume();
  });
}
