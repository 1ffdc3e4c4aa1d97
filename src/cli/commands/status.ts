import { reportStatus, updateToJson } from '../../core/report/update-text.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../exit.ts';
import { type ModuleFlags, openModules } from '../open-modules.ts';
import { paintFor } from '../paint.ts';

/** How each file stands to what the pack rendered last, and would render now. */
export async function status(io: Io, names: readonly string[], flags: ModuleFlags): Promise<ExitCode> {
  const { modules, notes, found } = await openModules(io, names, 'markers', flags);
  if (flags.json) {
    const result = { host: found.host.root, modules: modules.map(updateToJson), notes };
    io.out.write(`${JSON.stringify(result, null, 2)}\n`);
    return exit.done;
  }
  for (const note of notes) io.err.write(`Note: ${note}\n`);
  io.out.write(modules.length === 0 ? 'The host has no modules.\n' : reportStatus(modules, paintFor(io, io.out)));
  return exit.done;
}
