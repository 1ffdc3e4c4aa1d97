import type { PackMeta } from '../core/pack/pack-meta.ts';
import { fillPlaceholders } from '../core/pack/render.ts';
import type { Io } from '../io/io.ts';
import { runCommand } from '../io/run-commands.ts';
import { commandLine } from './next-steps.ts';

/** Runs the pack's verify commands in the host's folder. Throws `command-failed` at the first that fails; the files stay. */
export async function verifyModule(
  io: Io,
  root: string,
  meta: PackMeta,
  values: { readonly name: string; readonly module_dir: string },
): Promise<void> {
  for (const command of meta.commands.verify) {
    io.err.write(`$ ${commandLine(command, values)}\n`);
    const [file = '', ...rest] = command.map((argument) => fillPlaceholders(argument, values));
    await runCommand([file, ...rest], { cwd: root, onOutput: (text) => io.err.write(text) });
  }
}
