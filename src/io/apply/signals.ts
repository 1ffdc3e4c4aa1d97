import { Cancelled } from '../io.ts';

const deferred: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Gives pending signals a chance to arrive. Throws `Cancelled` once one has. */
export type Pause = () => Promise<void>;

/**
 * Defers the signals that end a process while `work` runs. `work` calls `pause` wherever it can stop, and rolls back if
 * that throws. Afterwards Ctrl-C becomes `Cancelled` (exit 130). Other signals are raised again, so that they end the
 * process as usual, unless another listener has already received them.
 */
export async function deferSignals(work: (pause: Pause) => Promise<void>): Promise<void> {
  let seen: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals): void => {
    seen ??= signal;
  };
  for (const signal of deferred) process.on(signal, note);
  try {
    await work(async () => {
      // Twice: the current turn of the event loop may be past the point where signals are delivered.
      await yieldToEventLoop();
      await yieldToEventLoop();
      if (seen) throw new Cancelled('Cancelled. Nothing was written.');
    });
    if (seen) throw new Cancelled('Cancelled, but all changes were already written.');
  } finally {
    for (const signal of deferred) process.off(signal, note);
    if (seen && seen !== 'SIGINT' && process.listenerCount(seen) === 0) process.kill(process.pid, seen);
  }
}

function yieldToEventLoop(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
