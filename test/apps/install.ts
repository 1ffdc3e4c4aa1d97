import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Environment } from '../conformance/host/host.ts';
import { npmPackages } from '../e2e/npm-packages.ts';
import { madeOnce } from '../e2e/once.ts';
import { pythonTool } from '../e2e/python-tools.ts';
import type { Application } from './application.ts';

const cache = fileURLToPath(new URL('../../.cache', import.meta.url));

/** The files that decide what is installed. */
const dependencyFiles: Readonly<Record<Application['manager'], readonly string[]>> = {
  pip: ['requirements.txt', 'requirements-dev.txt'],
  uv: ['pyproject.toml', 'uv.lock', '.python-version'],
  npm: ['package.json', 'package-lock.json', '.npmrc'],
  pnpm: ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'],
};

/** The folder of installed packages. */
export const packagesOf = (manager: Application['manager']): string =>
  manager === 'pip' || manager === 'uv' ? '.venv' : 'node_modules';

/** Variables of a shell in which the package manager and installed programs are found. */
export async function pathOf(manager: Application['manager'], folder: string): Promise<string> {
  const own = join(folder, packagesOf(manager), manager === 'pip' || manager === 'uv' ? 'bin' : '.bin');
  return [own, ...(await foldersOf[manager]()), process.env.PATH ?? ''].join(':');
}

/** The folders of the package managers that the tests install. */
export const foldersOf: Readonly<Record<Application['manager'], () => Promise<string[]>>> = {
  pip: async () => [],
  uv: async () => [dirname(await pythonTool('uv==0.13.8', 'uv'))],
  npm: async () => [],
  pnpm: async () => [join(await npmPackages('pnpm@10.34.9'), 'node_modules/.bin')],
};

/**
 * Installs the dependencies of a folder as its lock file says. Folders with the same files share the packages through a
 * link; with `own` the folder has packages of its own, which commands may change.
 */
export async function install(manager: Application['manager'], folder: string, own = false): Promise<void> {
  const target = join(folder, packagesOf(manager));
  rmSync(target, { recursive: true, force: true });
  const path = await pathOf(manager, folder);
  if (own) return installIn[manager](folder, target, path);
  const installed = join(cache, 'installed', `app-${manager}-${fingerprint(manager, folder)}`);
  // A virtual environment contains its own path, so it is made where it stays.
  const place = `${installed}.packages`;
  await madeOnce(installed, async () => {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    copyDependencyFiles(manager, folder, place);
    await installIn[manager](place, join(place, packagesOf(manager)), path);
  });
  symlinkSync(join(place, packagesOf(manager)), target, 'dir');
}

/** `uv.lock` names a package index, so it is not part of the fixture: uv makes it from the pinned versions. */
export async function lock(manager: Application['manager'], folder: string): Promise<void> {
  if (manager !== 'uv' || existsSync(join(folder, 'uv.lock'))) return;
  const made = join(cache, 'installed', `app-lock-${fingerprint(manager, folder)}`);
  await madeOnce(made, async (draft) => {
    copyDependencyFiles(manager, folder, draft);
    await run('uv', ['lock'], draft, await pathOf(manager, folder));
  });
  cpSync(join(made, 'uv.lock'), join(folder, 'uv.lock'));
}

type Install = (folder: string, packages: string, path: string) => Promise<void>;

const installIn: Readonly<Record<Application['manager'], Install>> = {
  async pip(folder, packages, path) {
    await run('python3', ['-m', 'venv', packages], folder, path);
    const requirements = existsSync(join(folder, 'requirements-dev.txt')) ? 'requirements-dev.txt' : 'requirements.txt';
    await run(join(packages, 'bin/pip'), ['install', '--quiet', '-r', requirements], folder, path);
  },
  uv: (folder, _packages, path) => run('uv', ['sync', '--quiet', '--locked', '--no-install-project'], folder, path),
  npm: (folder, _packages, path) => run('npm', ['ci', '--no-audit', '--no-fund'], folder, path),
  pnpm: (folder, _packages, path) => run('pnpm', ['install', '--frozen-lockfile'], folder, path),
};

/**
 * The variables of this process that package managers may need, such as proxies and certificates. Nothing of the tests:
 * NODE_ENV=test or VIRTUAL_ENV would change what is installed, and so would the settings that npx takes from this
 * repository.
 */
export function variablesOfMachine(): Environment {
  const isOfTests = /^(?:NODE_ENV|VITEST|VIRTUAL_ENV|npm_)/;
  const entries = Object.entries(process.env).filter(([name, value]) => value !== undefined && !isOfTests.test(name));
  return Object.fromEntries(entries as [string, string][]);
}

async function run(program: string, argv: readonly string[], cwd: string, PATH: string): Promise<void> {
  const env = { ...variablesOfMachine(), PATH, CI: 'true' };
  await promisify(execFile)(program, argv, { cwd, env, maxBuffer: 1e8 }).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
  });
}

/** Their paths; archives in `vendor` are dependencies too. */
function filesOf(manager: Application['manager'], folder: string): string[] {
  const vendor = join(folder, 'vendor');
  const archives = existsSync(vendor) ? readdirSync(vendor).map((name) => `vendor/${name}`) : [];
  return [...dependencyFiles[manager], ...archives].filter((name) => existsSync(join(folder, name)));
}

function copyDependencyFiles(manager: Application['manager'], folder: string, target: string): void {
  for (const name of filesOf(manager, folder)) cpSync(join(folder, name), join(target, name));
}

function fingerprint(manager: Application['manager'], folder: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const name of filesOf(manager, folder)) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
