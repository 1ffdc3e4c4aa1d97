import { jsonDocument } from '../../core/report/json.ts';
import { reportStatus, updateToJson } from '../../core/report/update.ts';
import type { Io } from '../../io/io.ts';
import type { PlannedModule } from '../../io/module/plan-module.ts';
import { paintFor } from '../output/colors.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { type ModuleFlags, openModules } from '../steps/open-modules.ts';

export interface StatusFlags extends ModuleFlags {
  readonly verifyBase?: boolean;
}

interface Audit {
  readonly name: string;
  readonly strayed: readonly string[] | undefined;
}

/** How each file stands to what the pack rendered last, and would render now. */
export async function status(io: Io, names: readonly string[], flags: StatusFlags): Promise<ExitCode> {
  const audits: Audit[] = [];
  const inspect = ({ name, update }: PlannedModule) => void audits.push({ name, strayed: update.baseDifferences() });
  const { modules, notes, found } = await openModules(io, names, 'markers', flags, flags.verifyBase ? { inspect } : {});
  if (flags.json) {
    const more = flags.verifyBase ? { bases: audits.map(auditToJson) } : { modules: modules.map(updateToJson), notes };
    io.out.write(jsonDocument('status', { host: found.host.root, ...more }));
  }
  if (flags.verifyBase) return reportAudits(io, audits, flags);
  if (flags.json) return exit.done;
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  io.out.write(modules.length === 0 ? 'The host has no modules.\n' : reportStatus(modules, paintFor(io, io.out)));
  return exit.done;
}

/** `strayed` is null where the base cannot be rendered again. */
function auditToJson({ name, strayed }: Audit): object {
  return { name, strayed: strayed ?? null };
}

/** Exit 1 where a base is not what the pack renders from its manifest. */
function reportAudits(io: Io, audits: readonly Audit[], { json }: StatusFlags): ExitCode {
  for (const { name, strayed } of json ? [] : audits) {
    if (strayed === undefined)
      io.out.write(`${name} cannot be rendered again: that takes the pack it was rendered by\n`);
    else if (strayed.length === 0) io.out.write(`${name} has the base that its pack renders\n`);
    else io.out.write(`${name} has a base that its pack does not render: ${strayed.join(', ')}\n`);
  }
  return audits.some(({ strayed }) => strayed !== undefined && strayed.length > 0) ? exit.findings : exit.done;
}
