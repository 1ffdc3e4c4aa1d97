import { Failure } from '../../../core/failure.ts';
import { countChanges } from '../../../core/report/plan.ts';
import { joinPath } from '../../../core/tree/rel-path.ts';
import { attempt } from '../../../io/fs/disk.ts';
import { prune } from '../../../io/fs/prune.ts';
import { namesGiven } from '../../../io/host/given-modules.ts';
import type { Io } from '../../../io/io.ts';
import { applyUpdate } from '../../../io/module/last-update.ts';
import { planRemoval } from '../../../io/module/plan-removal.ts';
import { findPack } from '../../../io/pack/find-pack.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { withProgress } from '../../output/progress.ts';
import { confirmPlan, printJson } from '../../output/show-plan.ts';
import { type ModuleFlags, openHostOf } from '../../steps/open-modules.ts';

export interface RemoveFlags extends ModuleFlags {
  readonly force?: boolean;
  readonly dropTables?: boolean;
}

/** Removes modules with everything that was generated for them. `undo` restores them. */
export async function remove(io: Io, given: readonly string[], flags: RemoveFlags): Promise<ExitCode> {
  const { host, stack } = await openHostOf(io, given[0], flags);
  const names = await namesGiven(host, io.cwd, given);
  if (names.length === 0) throw new Failure('usage', { message: 'Name the modules to remove.' });
  const pack = await findPack(stack, host.root, ['module', 'edits']);
  const options = { force: flags.force === true, dropTables: flags.dropTables === true };
  const { plan, modules, tables, notes } = await planRemoval(host, pack, names, options);

  const apply = await confirmPlan(io, plan, `Remove ${modules.join(', ')} from ${host.root}:`, flags);
  if (apply) {
    await withProgress(io, 'Writing', (onProgress) => applyUpdate(host.root, plan, { onProgress }));
    for (const name of modules) attempt(() => prune(`${host.root}/${joinPath(host.modulesDir, name)}`));
  }
  if (flags.json) {
    await printJson(io, { command: 'remove', plan, written: apply }, { host: host.root, modules, tables, notes });
    return exit.done;
  }
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (apply) io.out.write(`Removed ${modules.join(', ')}: ${countChanges(plan, true)}\n`);
  return exit.done;
}
