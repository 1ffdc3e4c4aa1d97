import { Cancelled } from '../io.ts';

const held: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Lets a signal come in; throws `Cancelled` once one has. */
export type Pause = () => Promise<void>;

/**
 * Holds back the signals that end a process while `work` runs; it calls `pause` where it can stop, and puts everything
 * back when that throws. Afterwards Ctrl-C is `Cancelled`, which commands know (exit 130); by the other signals the
 * process dies as it would have without us, unless someone else listens, and has heard them already.
 */
export async function holdSignals(work: (pause: Pause) => Promise<void>): Promise<void> {
  let seen: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals): void => {
    seen ??= signal;
  };
  for (const signal of held) process.on(signal, note);
  try {
    await work(async () => {
      // Two turns of the event loop: the first may be past the point where signals are taken in.
      await turn();
      await turn();
      if (seen) throw new Cancelled('Cancelled. Nothing was written.');
    });
    if (seen) throw new Cancelled('Cancelled, but everything had been written.');
  } finally {
    for (const signal of held) process.off(signal, note);
    if (seen && seen !== 'SIGINT' && process.listenerCount(seen) === 0) process.kill(process.pid, seen);
  }
}

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
