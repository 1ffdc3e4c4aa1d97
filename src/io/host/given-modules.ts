import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { hostAbove } from './open-host.ts';
import { foldersOfModules, moduleNotFound } from './read-module.ts';

/**
 * Resolves module arguments to names: a name, or the path of the module's folder, of anything in it, or of a folder
 * that contains all modules. Returns an empty list for all modules. Keeps unknown arguments, which `modulesToRead`
 * rejects.
 */
export async function namesGiven(host: Host, cwd: string, given: readonly string[]): Promise<readonly string[]> {
  assertNotEmpty(given);
  const known = await foldersOfModules(host);
  const names = given.map((one) => (known.includes(one) ? one : (moduleAt(host, resolve(cwd, one), known) ?? one)));
  return names.includes('') ? [] : names;
}

/** An empty argument is usually an unset variable of a script, and must not mean all modules. */
export function assertNotEmpty(given: readonly string[]): void {
  if (given.includes(''))
    throw new Failure('usage', { message: 'An argument is empty. Leave it out to mean all modules.' });
}

/** The module that contains `path`; `''` if `path` contains all modules, `undefined` if neither. */
function moduleAt(host: Host, path: string, known: readonly string[]): string | undefined {
  const modulesDir = join(host.root, host.modulesDir);
  if (!existsSync(path) || !existsSync(modulesDir)) return undefined;
  const routes = [relative(modulesDir, path), relative(realpathSync(modulesDir), realpathSync(path))];
  const found = routes.map((route) => {
    const steps = route.split(sep);
    return steps.every((step) => step === '..' || step === '') ? '' : steps[0];
  });
  return found.find((name) => name === '' || known.includes(name ?? '..'));
}

/** The folder of an argument that is a path, from which to search its host; `undefined` for a name. */
export function folderGiven(cwd: string, given: string | undefined): string | undefined {
  if (given === undefined || !/^\.|[\\/]/.test(given)) return undefined;
  const path = resolve(cwd, given);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.isDirectory() ? stats && path : dirname(path);
}

/** The folder of the module called `name`; `undefined` if there is no host. Throws `module-not-found`. */
export async function folderNamed(name: string, hostDir: string): Promise<string | undefined> {
  const opened = await hostAbove(hostDir);
  if (opened === undefined) return undefined;
  const folder = join(opened.host.root, opened.host.modulesDir, name);
  if (!existsSync(folder)) throw moduleNotFound(opened.host, name, await foldersOfModules(opened.host));
  return folder;
}
