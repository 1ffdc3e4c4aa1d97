import { jsonDocument } from '../../../core/report/json.ts';
import { moduleNotes, moduleToJson, reportModules } from '../../../core/report/modules.ts';
import { linkNotes } from '../../../io/host/read-module.ts';
import type { Io } from '../../../io/io.ts';
import { moduleStates } from '../../../io/module/module-states.ts';
import { findPack } from '../../../io/pack/find-pack.ts';
import { paintFor } from '../../output/colors.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { withProgress } from '../../output/progress.ts';
import { type ModuleFlags, openHostOf } from '../../steps/open-modules.ts';

/** Lists the modules of the host. Modules with problems are listed too. */
export async function list(io: Io, flags: ModuleFlags): Promise<ExitCode> {
  const { host, stack } = await openHostOf(io, undefined, flags);
  const pack = await findPack(stack, host.root, ['module', 'edits']);
  const modules = await withProgress(io, 'Reading', (onProgress) => moduleStates(host, pack, onProgress));
  const notes = [...moduleNotes(modules), ...(await linkNotes(host))];
  if (flags.json) {
    io.out.write(jsonDocument('list', { host: host.root, modules: modules.map(moduleToJson), notes }));
    return exit.done;
  }
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  io.out.write(modules.length === 0 ? 'The host has no modules.\n' : reportModules(modules, paintFor(io, io.out)));
  return exit.done;
}
