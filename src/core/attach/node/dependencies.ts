import { locksOf } from '../../pack/runtime/package-manager.ts';
import type { AppFiles } from '../application.ts';
import { type DependencyChange, printedOnly, type Resolution, type RuntimeArchive } from '../dependency-change.ts';
import { addToJsonObject } from '../edit-json.ts';
import { readPackage } from './read-node.ts';

/** Adds the runtime, and what the tests of modules need, to package.json. */
export function nodeDependencies(files: AppFiles, manager: string, runtime: RuntimeArchive): DependencyChange {
  const { dependencies, devDependencies } = readPackage(files) ?? {};
  const version = runtime.path === undefined ? runtime.range : `file:${runtime.path}`;
  let after = addToJsonObject(files.read('package.json') ?? '', 'dependencies', runtime.name, version);
  for (const [object, packages] of [
    ['dependencies', runtime.others],
    ['devDependencies', runtime.testing],
  ] as const)
    for (const [name, range] of Object.entries(packages))
      if (after !== undefined && (dependencies?.[name] ?? devDependencies?.[name]) === undefined)
        after = addToJsonObject(after, object, name, range);
  if (after === undefined)
    return printedOnly('package.json', 'its layout is unusual', [`"${runtime.name}": "${version}"`]);
  return { ...nodeResolution(files, manager), edits: [{ file: 'package.json', after }], printed: [] };
}

/** How the lock file of a Node application is written. */
export function nodeResolution({ paths }: AppFiles, manager: string): Resolution {
  const locks = locksOf(manager).filter((lock) => paths.includes(lock));
  const copied = ['package.json', '.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml', '.pnpmfile.cjs'];
  return { resolve: resolving[manager], copied: [...copied, ...locks], locks };
}

const resolving: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
  pnpm: ['pnpm', 'install', '--lockfile-only', '--ignore-scripts'],
  yarn: ['yarn', 'install', '--mode=update-lockfile'],
  bun: ['bun', 'install', '--lockfile-only', '--ignore-scripts'],
};
