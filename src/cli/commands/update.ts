import { Failure } from '../../core/failure.ts';
import { exportNote } from '../../io/host/old-data.ts';
import type { Io } from '../../io/io.ts';
import type { UpdatePlan } from '../../io/module/plan-update.ts';
import type { ExitCode } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { carryOutUpdate, conflictStyle, type UpdateFlags } from '../steps/carry-out-update.ts';
import { openModules } from '../steps/open-modules.ts';

/** Regenerates modules and merges the result with the user's edits. */
export async function update(io: Io, names: readonly string[], flags: UpdateFlags): Promise<ExitCode> {
  const { style, aborts } = conflictStyle(io, flags);
  const planned = await withProgress(io, 'Merging', (onProgress) =>
    openModules(io, names, style, flags, { onProgress }),
  );
  assertRestored(planned, flags.restore ?? []);
  const note = flags.hostFiles ? exportNote(planned.found.host.root, io.env) : undefined;
  const notes = note === undefined ? planned.notes : [note, ...planned.notes];
  return carryOutUpdate(io, 'update', { ...planned, notes }, aborts, flags);
}

function assertRestored({ modules }: UpdatePlan, paths: readonly string[]): void {
  const isDone = (path: string) =>
    modules.some(({ update }) => update.decisions.some((one) => one.path === path && one.reason === 'restored'));
  const unknown = paths.find((path) => !isDone(path));
  if (unknown !== undefined)
    throw new Failure('usage', {
      message: `--restore ${unknown}: no deleted file has this path. \`create-ai-module status\` lists the paths.`,
    });
}
