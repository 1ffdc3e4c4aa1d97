import { relative } from 'node:path';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { fillPlaceholders } from '../../core/pack/render.ts';
import { shellLine } from '../../core/text/display.ts';
import type { Io } from '../../io/io.ts';
import { programName } from '../output/version.ts';

export function reportSteps(steps: readonly string[]): string {
  return `Next:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

/** What to do after `host init`. */
export function hostSteps(io: Io, root: string, { commands }: PackMeta): string[] {
  const first = `${programName(io)} new`;
  return [...changeFolder(io.cwd, root), ...lines(commands.install), first, ...lines(commands.start)];
}

export interface WrittenModule {
  readonly name: string;
  readonly folder: string;
  readonly packages: readonly string[];
  readonly isVerified: boolean;
  /** The host was made in the same run, and nothing is installed in it. */
  readonly hasNewHost: boolean;
}

/** What to do after `new`: packages to install and to add, the tests to run, the file to open first. */
export function moduleSteps(cwd: string, root: string, { commands }: PackMeta, module: WrittenModule): string[] {
  return [
    ...changeFolder(cwd, root),
    ...(module.hasNewHost ? lines(commands.install) : []),
    ...(module.packages.length === 0 ? [] : [shellLine([...commands.add, ...module.packages])]),
    ...(module.isVerified ? [] : lines(commands.verify, { name: module.name, module_dir: module.folder })),
    ...(module.hasNewHost ? lines(commands.start) : []),
    `open ${module.folder}: its README describes what to change first`,
  ];
}

function changeFolder(cwd: string, root: string): string[] {
  const place = relative(cwd, root);
  return place === '' ? [] : [shellLine(['cd', place])];
}

function lines(commands: readonly (readonly string[])[], values: object = {}): string[] {
  return commands.map((command) => shellLine(command.map((argument) => fillPlaceholders(argument, values))));
}
