import { Failure } from '../../core/failure.ts';
import { nameOf } from '../../core/pack/update/update-folder.ts';
import { exportNote } from '../../io/host/old-data.ts';
import type { Io } from '../../io/io.ts';
import type { UpdatePlan } from '../../io/module/plan-update.ts';
import type { ExitCode } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { carryOutUpdate, conflictStyle, type UpdateFlags } from '../steps/carry-out-update.ts';
import { openModules } from '../steps/open-modules.ts';

export interface RenderFlags extends UpdateFlags {
  readonly manifestOnly?: boolean;
}

/** Regenerates modules and merges the result with the user's edits. */
export async function update(io: Io, names: readonly string[], flags: RenderFlags): Promise<ExitCode> {
  const { style, aborts } = conflictStyle(io, flags);
  const planned = await withProgress(io, 'Merging', (onProgress) =>
    openModules(io, names, style, flags, { onProgress }),
  );
  if (flags.manifestOnly) assertSameTemplate(planned);
  assertRestored(planned, flags.restore ?? []);
  const note = flags.hostFiles ? exportNote(planned.found.host.root, io.env) : undefined;
  const notes = note === undefined ? planned.notes : [note, ...planned.notes];
  return carryOutUpdate(io, 'update', { ...planned, notes }, aborts, flags);
}

/** Throws `template-differs` if the update would also upgrade the template of a module or of the host. */
function assertSameTemplate({ modules }: UpdatePlan): void {
  const others = modules.filter(({ update: { from, to } }) => from.version !== to.version);
  const [first] = others;
  if (first === undefined) return;
  const { from, to } = first.update;
  const same = others.filter(({ update }) => update.from.version === from.version);
  const names = same.map(({ name, folder }) => (folder === '' ? 'the host' : name));
  throw new Failure('template-differs', { modules: names, from: nameOf(from), to: nameOf(to) });
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
