import type { Host } from '../../core/host/host.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { fillPlaceholders } from '../../core/pack/render.ts';
import { shellLine } from '../../core/text/display.ts';
import { Cancelled, type Io, isCancelled } from '../../io/io.ts';
import { type Argv, runCommand } from '../../io/run-commands.ts';
import { paintFor } from '../output/colors.ts';
import { withProgress } from '../output/progress.ts';
import { commandValues } from './next-steps.ts';

/** Runs the verify commands of the pack in the host's folder. Throws `command-failed`, and keeps the files. */
export async function verifyModule(io: Io, host: Host, meta: PackMeta, name: string): Promise<void> {
  const values = commandValues(host, name);
  for (const command of meta.commands.verify) {
    const argv = command.map((argument) => fillPlaceholders(argument, values)) as unknown as Argv;
    await runShown(io, host.root, argv).catch((error: unknown) => {
      throw isCancelled(error) ? new Cancelled('Cancelled. The module was written; its tests did not finish.') : error;
    });
  }
}

/** Streams the output of the command, or on a terminal shows progress, and the output only if the command fails. */
export async function runShown(
  io: Io,
  root: string,
  argv: Argv,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const line = shellLine(argv);
  const kept: string[] = [];
  const show = (text: string) => io.err.write(text);
  const onOutput = io.err.isTty ? (text: string) => void kept.push(text) : show;
  io.err.write(`$ ${line}\n`);
  try {
    await withProgress(io, line, () => runCommand(argv, { cwd: root, env, onOutput }));
  } catch (error) {
    show(kept.join(''));
    throw error;
  }
  io.err.write(`${paintFor(io, io.err).green('passed')} ${line}\n`);
}
