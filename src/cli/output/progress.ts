import type { Io, OnProgress } from '../../io/io.ts';
import { hasColour } from './colors.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const patienceMs = 1000;
const barWidth = 24;

/**
 * Shows that work goes on once it has taken a second: on a terminal a line that turns and counts, with a bar where the
 * work tells how far it is; one still line on a terminal without colour, nothing anywhere else.
 */
export async function withProgress<T>(io: Io, label: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  if (!io.err.isTty) return work(async () => {});
  const began = performance.now();
  const seconds = () => Math.floor((performance.now() - began) / 1000);
  let frame = 0;
  let bar = '';
  const onProgress: OnProgress = async (done, total) => {
    const full = Math.floor((barWidth * done) / total);
    bar = ` ${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${done} of ${total}`;
    await breathe();
  };
  const turn = () => {
    frame += 1;
    const text = `${frames[frame % frames.length]} ${label}${bar} (${seconds()} s)`;
    io.err.write(`\r${text.slice(0, (io.err.columns || 80) - 1)}\x1b[K`);
  };
  let turning: NodeJS.Timeout | undefined;
  const start = () => {
    if (!hasColour(io, io.err)) io.err.write(`${label} …\n`);
    else turning = setInterval(turn, 100);
  };
  const waiting = setTimeout(start, patienceMs);
  try {
    return await work(onProgress);
  } finally {
    clearTimeout(waiting);
    clearInterval(turning);
    if (frame > 0) io.err.write('\r\x1b[K');
  }
}

/** Lets the progress move on in work that never waits for anything. */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
