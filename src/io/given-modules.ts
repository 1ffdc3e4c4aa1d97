import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Host } from '../core/host/host.ts';
import { hostAbove } from './open-host.ts';
import { foldersOfModules, moduleNotFound } from './read-module.ts';

/**
 * Modules as they may be given: by name, or by the path of the folder, of anything in it, or of a folder that holds all
 * modules. Returns names, none for all; what is neither name nor path stays as it is, for `modulesToRead` to refuse.
 */
export async function namesGiven(host: Host, cwd: string, given: readonly string[]): Promise<readonly string[]> {
  const known = await foldersOfModules(host);
  const names = given.map((one) => (known.includes(one) ? one : (moduleAt(host, resolve(cwd, one), known) ?? one)));
  return names.includes('') ? [] : names;
}

/** The module that a path leads to; `''` for all of them, `undefined` for none. */
function moduleAt(host: Host, path: string, known: readonly string[]): string | undefined {
  const modulesDir = join(host.root, host.modulesDir);
  if (!existsSync(path) || !existsSync(modulesDir)) return undefined;
  const ways = [relative(modulesDir, path), relative(realpathSync(modulesDir), realpathSync(path))];
  const found = ways.map((way) => {
    const steps = way.split(sep);
    return steps.every((step) => step === '..' || step === '') ? '' : steps[0];
  });
  return found.find((name) => name === '' || known.includes(name ?? '..'));
}

/** Where a path was given, the folder that its host is looked for from: it need not be the host around `cwd`. */
export function folderGiven(cwd: string, given: string | undefined): string | undefined {
  if (given === undefined || !/^\.|[\\/]/.test(given)) return undefined;
  const path = resolve(cwd, given);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.isDirectory() ? stats && path : dirname(path);
}

/** The folder of a module given by its name; `undefined` where there is no host. Throws `module-not-found`. */
export async function folderNamed(name: string, hostDir: string): Promise<string | undefined> {
  const opened = await hostAbove(hostDir);
  if (opened === undefined) return undefined;
  const folder = join(opened.host.root, opened.host.modulesDir, name);
  if (!existsSync(folder)) throw moduleNotFound(opened.host, name, await foldersOfModules(opened.host));
  return folder;
}
