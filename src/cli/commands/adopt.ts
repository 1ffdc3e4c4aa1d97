import { Failure } from '../../core/failure.ts';
import { isNoop } from '../../core/tree/plan.ts';
import { findPack } from '../../io/find-pack.ts';
import type { Io } from '../../io/io.ts';
import { applyUpdate } from '../../io/last-update.ts';
import { planAdopt } from '../../io/plan-adopt.ts';
import { type ExitCode, exit } from '../exit.ts';
import { openOrOfferHost } from '../offer-host.ts';
import { explainManifest, type ModuleFlags } from '../open-modules.ts';
import { confirmPlan, printJson } from '../show-plan.ts';

/** What the pack renders now becomes the base of later updates; no file of the user's changes. */
export async function adopt(io: Io, names: readonly string[], flags: ModuleFlags): Promise<ExitCode> {
  const withHost = flags.hostFiles === true;
  if (names.length === 0 && !withHost) throw new Failure('usage', { message: 'Name the modules to adopt.' });
  const found = await openOrOfferHost(io, flags.stack, { ...flags, yes: true });
  const pack = await findPack(found.stack, found.host.root, withHost ? ['module', 'host'] : ['module']);
  const { plan, modules } = await planAdopt(found.host, pack, names, withHost).catch(explainManifest(io));
  const apply = isNoop(plan) ? false : await confirmPlan(io, plan, `Adoption in ${found.host.root}:`, flags);
  if (apply) await applyUpdate(found.host.root, plan);
  if (flags.json) printJson(io, { host: found.host.root, modules }, plan, apply);
  else
    for (const { name, different } of modules) {
      const edits =
        different.length === 0 ? 'every file is as the pack renders it' : `your edits: ${different.join(', ')}`;
      io.out.write(
        `${name} ${apply ? 'is adopted' : isNoop(plan) ? 'is adopted already' : 'would be adopted'}; ${edits}\n`,
      );
    }
  return exit.done;
}
