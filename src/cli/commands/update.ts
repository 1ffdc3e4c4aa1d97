import { Failure } from '../../core/failure.ts';
import { countChanges } from '../../core/report/plan-text.ts';
import { reportConflicts, updateToJson, versionsOf } from '../../core/report/update-text.ts';
import type { ConflictStyle } from '../../core/tree/merge-file.ts';
import { isNoop } from '../../core/tree/plan.ts';
import type { Io } from '../../io/io.ts';
import { applyUpdate } from '../../io/last-update.ts';
import type { UpdatePlan } from '../../io/plan-update.ts';
import { type ExitCode, exit } from '../exit.ts';
import { type ModuleFlags, openModules } from '../open-modules.ts';
import { paintFor } from '../paint.ts';
import { withProgress } from '../progress.ts';
import { confirmPlan, printJson } from '../show-plan.ts';

export interface UpdateFlags extends ModuleFlags {
  readonly check?: boolean;
  readonly onConflict?: string;
}

const styles: readonly string[] = ['markers', 'ours', 'theirs', 'sidecar', 'abort'];

/** manifests and locks → three-way merge → plan → preview → disk. Exit 1 where conflicts are left, or --check finds work. */
export async function update(io: Io, names: readonly string[], flags: UpdateFlags): Promise<ExitCode> {
  const style = flags.onConflict ?? (io.isInteractive && !flags.yes && !flags.json ? 'markers' : 'abort');
  if (!styles.includes(style))
    throw new Failure('usage', { message: `--on-conflict must be one of ${styles.join(', ')}, not ${style}.` });
  const conflicts = style === 'abort' ? 'markers' : (style as ConflictStyle);
  const planned = await withProgress(io, 'Merging', () => openModules(io, names, conflicts, flags));
  mustHaveRestored(planned, flags.restore ?? []);
  const { plan, modules, notes, found } = planned;
  const hasConflicts = modules.some(({ update }) => update.conflicts.length > 0);
  const isRefused = hasConflicts && style === 'abort';
  const isIdle = isNoop(plan);

  if (!flags.json) io.err.write(reportConflicts(modules, paintFor(io, io.err)));
  const showOnly = flags.check === true || flags.dryRun === true || isRefused;
  const apply = isIdle ? false : await confirmPlan(io, plan, titleOf(planned), { ...flags, dryRun: showOnly });
  if (apply) await withProgress(io, 'Writing', () => applyUpdate(found.host.root, plan));
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (flags.json) {
    printJson(io, { host: found.host.root, modules: modules.map(updateToJson), notes }, plan, apply);
  } else io.out.write(`${summaryOf(planned, apply, isRefused)}\n`);
  return hasConflicts || (flags.check === true && !isIdle) ? exit.findings : exit.done;
}

function titleOf({ modules, found }: UpdatePlan & { found: { host: { root: string } } }): string {
  const changed = modules.map(({ name, update }) => `${name} (${versionsOf(update)})`);
  const names = changed.length > 5 ? `${changed.length} modules` : changed.join(', ');
  return `Update of ${names}, in ${found.host.root}:`;
}

function summaryOf({ plan, modules }: UpdatePlan, applied: boolean, isRefused: boolean): string {
  const count = `${modules.length} ${modules.length === 1 ? 'module' : 'modules'}`;
  if (isRefused) return 'Nothing was written. Resolve with --on-conflict markers, sidecar, ours or theirs.';
  if (isNoop(plan)) return `${count}: everything is up to date.`;
  return applied ? `Updated ${count}: ${countChanges(plan, true)}` : `${count}: ${countChanges(plan)}`;
}

function mustHaveRestored({ modules }: UpdatePlan, paths: readonly string[]): void {
  const isDone = (path: string) =>
    modules.some(({ update }) => update.decisions.some((one) => one.path === path && one.reason === 'restored'));
  const wrong = paths.find((path) => !isDone(path));
  if (wrong !== undefined)
    throw new Failure('usage', {
      message: `--restore ${wrong}: no module lacks a file of that name. Paths are those of \`status\`.`,
    });
}
