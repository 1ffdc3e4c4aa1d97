import type { Io, OnProgress } from '../../io/io.ts';
import { hasColour } from './colors.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const delayMs = 1000;
const barWidth = 24;

/**
 * Shows progress once `work` has taken a second: a spinner with the elapsed time on a color terminal, plus a bar if
 * `work` calls `onProgress`; one static line on a terminal without colors; nothing elsewhere.
 */
export async function withProgress<T>(io: Io, label: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  if (!io.err.isTty) return work(async () => {});
  const startedAt = performance.now();
  const seconds = () => Math.floor((performance.now() - startedAt) / 1000);
  let frame = 0;
  let bar = '';
  const onProgress: OnProgress = async (done, total) => {
    const full = Math.floor((barWidth * done) / total);
    bar = ` ${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${done} of ${total}`;
    await yieldToEventLoop();
  };
  const drawFrame = () => {
    frame += 1;
    const text = `${frames[frame % frames.length]} ${label}${bar} (${seconds()} s)`;
    io.err.write(`\r${text.slice(0, (io.err.columns || 80) - 1)}\x1b[K`);
  };
  let spinner: NodeJS.Timeout | undefined;
  const start = () => {
    if (!hasColour(io, io.err)) io.err.write(`${label} …\n`);
    else spinner = setInterval(drawFrame, 100);
  };
  const waiting = setTimeout(start, delayMs);
  try {
    return await work(onProgress);
  } finally {
    clearTimeout(waiting);
    clearInterval(spinner);
    if (frame > 0) io.err.write('\r\x1b[K');
  }
}

/** Lets timers run, so that synchronous work does not freeze the spinner. */
export async function yieldToEventLoop(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
