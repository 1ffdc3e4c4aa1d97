import { relative } from 'node:path';
import type { Host } from '../../core/host/host.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { fillPlaceholders } from '../../core/pack/render.ts';
import { shellLine } from '../../core/text/display.ts';
import type { Io } from '../../io/io.ts';
import { programName } from '../output/version.ts';

export function reportSteps(steps: readonly string[]): string {
  return `Next:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

/** The next steps after `host init`. */
export function hostSteps(io: Io, root: string, { commands }: PackMeta): string[] {
  const first = `${programName(io)} new`;
  return [...changeFolder(io.cwd, root), ...lines(commands.install), first, ...lines(commands.start)];
}

export interface WrittenModule {
  readonly name: string;
  readonly folder: string;
  readonly packages: readonly string[];
  readonly isVerified: boolean;
  /** Whether this run created the host, whose packages are not installed yet. */
  readonly hasNewHost: boolean;
}

/** The next steps after `new`: install and add packages, run the tests, open the module. */
export function moduleSteps(cwd: string, host: Host, { commands }: PackMeta, module: WrittenModule): string[] {
  return [
    ...changeFolder(cwd, host.root),
    ...(module.hasNewHost ? lines(commands.install) : []),
    ...(module.packages.length === 0 ? [] : [shellLine([...commands.add, ...module.packages])]),
    ...(module.isVerified ? [] : lines(commands.verify, commandValues(host, module.name))),
    ...(module.hasNewHost ? lines(commands.start) : []),
    `open ${module.folder}: its README describes what to change first`,
  ];
}

/** The next steps after an update that changes the dependencies of the host. */
export function updateSteps({ commands }: PackMeta): string[] {
  return ['stop the host and its workers', ...lines(commands.install.slice(-1)), 'start them again'];
}

/** What the arguments of commands may contain. */
export function commandValues({ modulesDir }: Host, name: string): object {
  return { name, modules_dir: modulesDir, module_dir: `${modulesDir}/${name}` };
}

function changeFolder(cwd: string, root: string): string[] {
  const place = relative(cwd, root);
  return place === '' ? [] : [shellLine(['cd', place])];
}

function lines(commands: readonly (readonly string[])[], values: object = {}): string[] {
  return commands.map((command) => shellLine(command.map((argument) => fillPlaceholders(argument, values))));
}
