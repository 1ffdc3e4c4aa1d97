import { jsonDocument } from '../../core/report/json.ts';
import { aheadNotes, reportRuntime, reportStatus, updateToJson } from '../../core/report/update.ts';
import { attachmentNotes } from '../../io/attach/attachment-notes.ts';
import { runtimeStatus } from '../../io/host/host-runtime.ts';
import type { Io } from '../../io/io.ts';
import { packOfHost } from '../../io/module/plan-host-files.ts';
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

/** Prints the state of each file, or with --verify-base whether the merge bases are correct. */
export async function status(io: Io, names: readonly string[], flags: StatusFlags): Promise<ExitCode> {
  const audits: Audit[] = [];
  const inspect = ({ name, update }: PlannedModule) => void audits.push({ name, strayed: update.baseDifferences() });
  const planned = await openModules(io, names, 'markers', flags, flags.verifyBase ? { inspect } : {});
  const { modules, found, pack } = planned;
  const { root } = found.host;
  const runtime = await runtimeStatus(root, pack);
  const notes = [
    ...planned.notes,
    ...aheadNotes(modules, await packOfHost(root)),
    ...(flags.verifyBase ? [] : attachmentNotes(found.host)),
  ];
  if (flags.json) {
    const more = flags.verifyBase
      ? { bases: audits.map(auditToJson) }
      : { modules: modules.map(updateToJson), ...(runtime && { runtime }), notes };
    io.out.write(jsonDocument('status', { host: found.host.root, ...more }));
  }
  if (flags.verifyBase) return reportAudits(io, audits, flags);
  if (flags.json) return exit.done;
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  if (runtime) io.out.write(reportRuntime(runtime, paintFor(io, io.out)));
  io.out.write(modules.length === 0 ? 'The host has no modules.\n' : reportStatus(modules, paintFor(io, io.out)));
  return exit.done;
}

/** `strayed` is null if the merge base cannot be verified. */
function auditToJson({ name, strayed }: Audit): object {
  return { name, strayed: strayed ?? null };
}

/** Returns exit code 1 if a merge base is not what the pack renders from its manifest. */
function reportAudits(io: Io, audits: readonly Audit[], { json }: StatusFlags): ExitCode {
  for (const { name, strayed } of json ? [] : audits) {
    if (strayed === undefined)
      io.out.write(`${name}: the merge base cannot be verified without the template pack version that generated it\n`);
    else if (strayed.length === 0) io.out.write(`${name}: the merge base is correct\n`);
    else io.out.write(`${name}: the merge base differs from what the template pack generates: ${strayed.join(', ')}\n`);
  }
  return audits.some(({ strayed }) => strayed !== undefined && strayed.length > 0) ? exit.diagnostics : exit.done;
}
