import { resolve } from 'node:path';
import { Failure, isFailure } from '../../core/failure.ts';
import type { Attached } from '../../core/pack/render-host.ts';
import { countChanges } from '../../core/report/plan.ts';
import type { Plan } from '../../core/tree/plan.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { interruptedAbove } from '../../io/apply/recover.ts';
import { type DetachPlan, planDetach, removeEmptyFolders } from '../../io/attach/plan-detach.ts';
import { readApplication } from '../../io/attach/read-application.ts';
import { type LockPlan, lockNotes, planLocks, resolveDependencies } from '../../io/attach/resolve-dependencies.ts';
import { hostAt } from '../../io/host/open-host.ts';
import type { Io } from '../../io/io.ts';
import { findPack } from '../../io/pack/find-pack.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { confirmPlan, type PlanFlags, printJson } from '../output/show-plan.ts';
import { reportRecovery } from '../steps/find-host.ts';

export interface DetachFlags extends PlanFlags {
  /** False with --no-resolve. */
  readonly resolve?: boolean;
}

/** Removes what `host attach` and `new` wrote to an application. Keeps files that the user edited, and lists them. */
export async function hostDetach(io: Io, dir: string, flags: DetachFlags): Promise<ExitCode> {
  const root = resolve(io.cwd, dir);
  for (const folder of interruptedAbove(root)) await reportRecovery(io, folder);
  const found = await hostAt(root);
  const attached = found?.host.attached;
  if (found === undefined || attached === undefined) throw new Failure('not-attached', { root });
  const pack = await findPack(found.stack, root, ['module', 'edits', 'attach']);
  const detach = await planDetach(found.host, pack);
  const { plan, above, note } = await withLockFiles(io, root, attached.framework, detach, flags);

  const notes = [
    ...detach.kept.map((path) => `${path} was edited and is kept.`),
    ...[...detach.renamed].map(
      ([path, name]) => `${path} was edited. It is kept as ${name}, because it needs the runtime.`,
    ),
    ...detach.skipping.map((path) => `${path} still skips ${attached.dir}, because modules are kept.`),
    ...(detach.isConfigEdited
      ? ['ai-modules.yaml was edited. It is deleted all the same, because it declares the attachment.']
      : []),
    ...detach.unclear.map((path) => `${path}: lines that attach it were changed, and stay. Check them.`),
    ...(note === undefined ? [] : [note]),
    ...lockNotes(above),
    ...(await revisionNotes(root, attached)),
    'The tables stay in the database. To delete them, drop the schema "ai" (or the one that AI_DATABASE_SCHEMA names).',
  ];
  const apply = await confirmPlan(io, plan, `Detach the AI modules from ${root}:`, flags);
  if (apply) {
    await withProgress(io, 'Writing', (onProgress) => applyPlan(root, plan, { onProgress }));
    if (above) await applyPlan(above.root, above.plan);
    removeEmptyFolders(found.host, attached);
  }
  if (flags.json) {
    const { renamed, unclear } = detach;
    const kept = [...renamed.values(), ...detach.kept];
    await printJson(io, { command: 'host detach', plan, written: apply }, { host: root, kept, unclear, notes });
    return exit.done;
  }
  for (const text of notes) io.err.write(`Note: ${text}\n`);
  if (apply) io.out.write(`Detached ${root}: ${countChanges(plan, true)}\n`);
  return exit.done;
}

/** Databases may have run the revisions that `host attach` and `new` wrote, so they stay. */
async function revisionNotes(root: string, { migrations, dir }: Attached): Promise<string[]> {
  if (migrations !== 'app') return [];
  const { revisionFiles } = await import('../../core/attach/plan-attach.ts');
  const paths = revisionFiles(readApplication(root), dir);
  return paths.length === 0
    ? []
    : [
        `Migrations stay, because databases may have run them: ${paths.join(', ')}. Revert them there before you delete them.`,
      ];
}

/** The plan with the lock file of the package manager, resolved without the runtime. */
async function withLockFiles(
  io: Io,
  root: string,
  framework: string,
  { plan, restored }: DetachPlan,
  { resolve: isResolved = true }: DetachFlags,
): Promise<{ readonly plan: Plan; readonly above?: LockPlan; readonly note?: string }> {
  const { lockChange } = await import('../../core/attach/plan-attach.ts');
  const change = lockChange(readApplication(root), framework === 'fastapi' ? 'python' : 'node');
  if (change.locks.length === 0) return { plan };
  const later = `Bring ${change.locks.join(', ')} up to date with ${change.resolve?.join(' ') ?? 'the package manager'}.`;
  if (!isResolved) return { plan, note: later };
  try {
    const locks = await withProgress(io, 'Resolving dependencies', () => resolveDependencies(root, change, restored));
    const more = await planLocks(locks);
    if (more.root !== root) return { plan, above: more };
    return {
      plan: { ...plan, changes: [...plan.changes, ...more.plan.changes].sort((a, b) => (a.path < b.path ? -1 : 1)) },
    };
  } catch (error) {
    // Without the network an application can be detached too.
    if (!isFailure(error, 'dependencies-unresolved')) throw error;
    return { plan, note: later };
  }
}
