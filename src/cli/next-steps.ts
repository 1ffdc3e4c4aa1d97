import type { Context } from '../core/pack/context.ts';
import type { PackMeta } from '../core/pack/pack-meta.ts';
import { fillPlaceholders } from '../core/pack/render.ts';
import { quoteForShell } from './repeat.ts';

/** What to do after `new`: the packages to add, the tests to run, the file to open first. */
export function nextSteps(meta: PackMeta, context: Context, folder: string): string {
  const { packages } = context.dependencies;
  const add = packages.length === 0 ? [] : [commandLine([...meta.commands.add, ...packages])];
  const verify = meta.commands.verify.map((command) =>
    commandLine(command, { name: context.name, module_dir: folder }),
  );
  return [
    'Next:',
    ...[...add, ...verify].map((command) => `  ${command}`),
    `  open ${folder}: its README says what to change first`,
    '',
  ].join('\n');
}

/** A command of a pack as a shell reads it. */
export function commandLine(command: readonly string[], values: object = {}): string {
  return command.map((argument) => quoteForShell(fillPlaceholders(argument, values))).join(' ');
}
