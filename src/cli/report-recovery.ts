import { recover } from '../io/apply/recover.ts';
import type { Io } from '../io/io.ts';

/** Ends what an interrupted run left, and says so. True where there was something. */
export async function reportRecovery(io: Io, root: string): Promise<boolean> {
  const recovery = await recover(root);
  if (recovery === undefined) return false;
  const done = recovery.outcome === 'undone' ? 'was undone' : 'was complete';
  io.err.write(
    `An earlier run (process ${recovery.pid}) was interrupted; what it wrote ${done}: ${few(recovery.paths)}\n`,
  );
  for (const { path, before } of recovery.edited) {
    io.err.write(
      `${path} was edited since and left alone${before === undefined ? '' : `; its older text is in ${before}`}\n`,
    );
  }
  return true;
}

function few(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
