import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { madeOnce } from './once.ts';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../', import.meta.url));
const runtimeProject = join(project, 'runtimes/python/pyproject.toml');
const environments = join(project, '.cache/python-tools');

/**
 * What mypy keeps, for all hosts: analysing installed packages takes it the longest. Two runs at once break a cache, so each
 * of the processes that run test files has its own.
 */
export const mypyCache = join(project, '.cache/mypy', process.env.VITEST_POOL_ID ?? '0');

/** A virtual environment with these packages, created once. `folder` exists only after it is complete. */
export async function pythonEnvironment(folder: string, packages: readonly string[]): Promise<string> {
  // A virtual environment contains its own path, so it cannot be moved.
  const place = `${folder}.venv`;
  await madeOnce(folder, async () => {
    await run('python3', ['-m', 'venv', '--clear', place]);
    const options = ['--quiet', '--disable-pip-version-check'];
    await run(join(place, 'bin/pip'), ['install', ...options, ...packages], { maxBuffer: 1e8 });
  });
  return place;
}

/** A new virtual environment that also has the packages of another one: what is installed in it is only there. */
export async function environmentBeside(python: string, folder: string): Promise<string> {
  await run(python, ['-m', 'venv', '--without-pip', folder]);
  const printFolder = ['-c', "import sysconfig; print(sysconfig.get_path('purelib'))"];
  const [own, other] = await Promise.all([join(folder, 'bin/python'), python].map((one) => run(one, printFolder)));
  writeFileSync(join(`${own?.stdout.trim()}`, 'beside.pth'), `${other?.stdout.trim()}\n`);
  return folder;
}

/** Path of a program of a Python package (`name==version`) in a separate environment. */
export async function pythonTool(requirement: string, program: string): Promise<string> {
  return join(await pythonEnvironment(join(environments, requirement), [requirement]), 'bin', program);
}

/** The version of Python, and the dependencies of a project and its extras in the format of pip. */
export async function dependenciesOf(pyproject: string): Promise<{ python: string; packages: string[] }> {
  const { stdout } = await run('python3', ['-c', printDependencies, pyproject]);
  const [python = '', ...packages] = stdout.trim().split('\n');
  return { python, packages };
}

/** The virtual environment in which the Python runtime is tested, kept between runs. */
export async function runtimeEnvironment(): Promise<string> {
  const wanted = await dependenciesOf(runtimeProject);
  return pythonEnvironment(join(project, '.cache/installed', `runtime-${hashOf(wanted)}`), wanted.packages);
}

/** A virtual environment with the oldest dependencies of the Python runtime: all, or only some. */
export async function oldestEnvironment(isChosen = (_: string): boolean => true): Promise<string> {
  const { packages } = await dependenciesOf(runtimeProject);
  // Versions of types end with a date.
  const oldest = packages.filter(isChosen).map((one) => one.replace(/^(?!types-)(.*)>=([^,]+).*/, '$1==$2'));
  // Old versions of Starlette use httpx.
  const all = [...oldest, 'httpx'];
  return pythonEnvironment(join(project, '.cache/installed', `runtime-oldest-${hashOf(all)}`), all);
}

/** A new virtual environment with the newest dependencies of the Python runtime today. */
export async function newestEnvironment(): Promise<string> {
  const folder = join(project, '.cache/installed/runtime-newest');
  rmSync(folder, { recursive: true, force: true });
  return pythonEnvironment(folder, (await dependenciesOf(runtimeProject)).packages);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

const printDependencies = [
  'import sys, tomllib',
  'print(sys.version.split()[0])',
  "project = tomllib.load(open(sys.argv[1], 'rb'))['project']",
  "print('\\n'.join(sum(project.get('optional-dependencies', {}).values(), project['dependencies'])))",
].join('\n');
