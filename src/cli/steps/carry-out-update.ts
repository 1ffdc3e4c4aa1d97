import { Failure } from '../../core/failure.ts';
import type { ConflictStyle } from '../../core/merge/files.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { dependencyFiles } from '../../core/pack/runtime.ts';
import { countChanges } from '../../core/report/plan.ts';
import {
  deletionNotes,
  hasLeftovers,
  keptNotes,
  leftoverNotes,
  ownedNotes,
  reportConflicts,
  updateToJson,
  upgradeNotes,
  versionsOf,
} from '../../core/report/update.ts';
import { counted } from '../../core/text/display.ts';
import { changedFolders, isNoop, type Plan } from '../../core/tree/plan.ts';
import { withPackageManager } from '../../io/host/package-manager.ts';
import type { Io } from '../../io/io.ts';
import { applyUpdate } from '../../io/module/last-update.ts';
import type { UpdatePlan } from '../../io/module/plan-update.ts';
import { paintFor } from '../output/colors.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { confirmPlan, mayAsk, mayWrite, printJson } from '../output/show-plan.ts';
import { assertNoNewErrors } from './check-plan.ts';
import { conflictedFiles, unmergedNotes } from './conflict-notes.ts';
import type { FoundHost } from './find-host.ts';
import { reportSteps, updateSteps } from './next-steps.ts';
import type { ModuleFlags } from './open-modules.ts';

export interface UpdateFlags extends ModuleFlags {
  readonly check?: boolean;
  readonly onConflict?: string;
}

const styles = ['markers', 'ours', 'theirs', 'sidecar', 'abort'] as const;

/** How to handle conflicts. Without prompts, the default is to write nothing if there are any. */
export function conflictStyle(io: Io, flags: UpdateFlags): { readonly style: ConflictStyle; readonly aborts: boolean } {
  const given = flags.onConflict ?? (mayAsk(io, flags) ? 'markers' : 'abort');
  const style = styles.find((one) => one === given);
  if (style === undefined)
    throw new Failure('usage', { message: `--on-conflict must be one of ${styles.join(', ')}, not ${given}.` });
  return style === 'abort' ? { style: 'markers', aborts: true } : { style, aborts: false };
}

type Planned = UpdatePlan & { readonly found: FoundHost; readonly pack: Pack };

/** Shows, confirms and applies an update. Returns exit code 1 if conflicts are left, or if --check finds changes. */
export async function carryOutUpdate(
  io: Io,
  command: 'update' | 'add',
  planned: Planned,
  aborts: boolean,
  flags: UpdateFlags,
): Promise<ExitCode> {
  const { plan, modules, found } = planned;
  const notes = [
    ...planned.notes,
    ...upgradeNotes(modules, planned.lastManifests),
    ...leftoverNotes(modules),
    ...deletionNotes(modules),
    ...keptNotes(modules),
    ...ownedNotes(modules),
  ];
  const hasConflicts = modules.some(({ update }) => update.conflicts.length > 0);
  const { runtimeFailure } = planned;
  // Conflicts in the host's own files come first: they can be the reason.
  const isHostUnclear = modules.some(({ folder, update }) => folder === '' && update.conflicts.length > 0);
  if (runtimeFailure && !isNoop(plan) && !isHostUnclear) throw runtimeFailure;
  const isRefused = hasConflicts && (aborts || runtimeFailure !== undefined);
  const isIdle = isNoop(plan);
  const diagnostics = await assertNoNewErrors(io, found.host, plan, planned.lastManifests);

  const dryRun = flags.check === true || flags.dryRun === true || isRefused;
  const isWritten = !dryRun && mayWrite(io, flags);
  if (!flags.json) io.err.write(reportConflicts(modules, isWritten, paintFor(io, io.err)));
  const apply = isIdle ? false : await confirmPlan(io, plan, titleOf(planned), { ...flags, dryRun });
  if (apply) {
    const options = { conflicts: conflictedFiles(modules) };
    const unmerged = await withProgress(io, 'Writing', (onProgress) =>
      applyUpdate(found.host.root, plan, { ...options, onProgress }),
    );
    notes.push(...unmergedNotes(unmerged));
  }
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (apply && !flags.json && changesDependencies(planned))
    io.err.write(reportSteps(updateSteps(withPackageManager(planned.pack.meta, found.host))));
  if (flags.json) {
    const more = { host: found.host.root, modules: modules.map(updateToJson), notes };
    await printJson(io, { command, plan, written: apply, diagnostics }, more);
  } else io.out.write(`${summaryOf(planned, apply, isRefused)}\n`);
  const isBehind = flags.check === true && (!isIdle || hasLeftovers(modules));
  return hasConflicts || isBehind ? exit.diagnostics : exit.done;
}

/** Whether the file changes that declares the dependencies of the host. */
function changesDependencies({ plan, pack }: Planned): boolean {
  const { runtime } = pack.meta;
  const files: readonly string[] = runtime === undefined ? [] : dependencyFiles(runtime);
  return plan.changes.some(({ kind, path }) => kind !== 'keep' && files.includes(path));
}

function titleOf({ plan, modules, found }: Planned): string {
  const changed = changedModules(plan, modules).map(({ name, update }) => `${name} (${versionsOf(update)})`);
  const names = changed.length > 5 ? countOf(plan, modules) : changed.join(', ') || 'the host';
  return `Update ${names} in ${found.host.root}:`;
}

function summaryOf({ plan, modules, found }: Planned, applied: boolean, isRefused: boolean): string {
  if (modules.length === 0)
    return `Nothing to update: no module in ${found.host.modulesDir} has a lock file (.ai-module/lock.yaml).`;
  if (isRefused && modules.some(({ update }) => update.conflicts.some(({ kind }) => kind === 'unresolved')))
    return 'Nothing was written. Resolve the conflict markers in the files first.';
  if (isRefused)
    return 'Nothing was written. Resolve the conflicts with --on-conflict markers, sidecar, ours or theirs.';
  if (isNoop(plan)) return `${countOf(plan, modules)}: everything is up to date.`;
  const count = countOf(plan, modules);
  return applied ? `Updated ${count}: ${countChanges(plan, true)}` : `${count}: ${countChanges(plan)}`;
}

/** The number of modules that change, such as `1 of 3 modules and the host`, or of all modules if none does. */
function countOf(plan: Plan, all: UpdatePlan['modules']): string {
  const isModule = ({ folder }: UpdatePlan['modules'][number]) => folder !== '';
  const meant = isNoop(plan) ? all : changedModules(plan, all);
  const [modules, changed] = [all.filter(isModule).length, meant.filter(isModule).length];
  if (changed === 0 && !isNoop(plan)) return 'the host';
  const words = counted(modules, 'module');
  const count = changed === modules ? words : `${changed} of ${words}`;
  return changed < meant.length ? `${count} and the host` : count;
}

function changedModules(plan: Plan, all: UpdatePlan['modules']): UpdatePlan['modules'] {
  const changed = changedFolders(plan, new Set(all.map(({ folder }) => folder)));
  return all.filter(({ folder }) => changed.has(folder));
}
