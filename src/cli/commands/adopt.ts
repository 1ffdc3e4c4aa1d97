import { Failure } from '../../core/failure.ts';
import { changedFolders, isNoop } from '../../core/tree/plan.ts';
import { namesGiven } from '../../io/host/given-modules.ts';
import { modulesToRead } from '../../io/host/read-module.ts';
import type { Io } from '../../io/io.ts';
import { applyUpdate } from '../../io/module/last-update.ts';
import { planAdopt } from '../../io/module/plan-adopt.ts';
import { findPack } from '../../io/pack/find-pack.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { confirmPlan, printJson } from '../output/show-plan.ts';
import { explainManifest, type ModuleFlags, openHostOf } from '../steps/open-modules.ts';

/** Makes what the pack renders now the merge base of later updates. Changes no file of the user. */
export async function adopt(io: Io, names: readonly string[], flags: ModuleFlags): Promise<ExitCode> {
  const withHost = flags.hostFiles === true;
  if (names.length === 0 && !withHost)
    throw new Failure('usage', { message: 'Pass the names of the modules to adopt, or --host.' });
  const found = await openHostOf(io, names[0], flags);
  const asked = names.length === 0 ? [] : await modulesToRead(found.host, await namesGiven(found.host, io.cwd, names));
  const pack = await findPack(found.stack, found.host.root, withHost ? ['module', 'host'] : ['module']);
  const { plan, modules } = await planAdopt(found.host, pack, asked, withHost).catch(explainManifest(io));
  const apply = isNoop(plan) ? false : await confirmPlan(io, plan, `Adopt in ${found.host.root}:`, flags);
  if (apply) await applyUpdate(found.host.root, plan);
  const changed = changedFolders(plan, new Set(modules.map(({ folder }) => folder)));
  if (flags.json) await printJson(io, { command: 'adopt', plan, written: apply }, { host: found.host.root, modules });
  else
    for (const { name, folder, different } of modules) {
      const edits = different.length === 0 ? 'no edited files' : `edited files: ${different.join(', ')}`;
      io.out.write(
        `${name} ${!changed.has(folder) ? 'is already adopted' : apply ? 'is adopted' : 'would be adopted'}; ${edits}\n`,
      );
    }
  return exit.done;
}
