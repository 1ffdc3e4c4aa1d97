import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFailure } from '../../core/failure.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { compareRuntimes, pythonVersion, type Runtime } from '../../core/pack/runtime.ts';
import { shellLine } from '../../core/text/display.ts';
import { interpreterOf } from '../attach/resolve-dependencies.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { assertGuest, installedRuntime, runtimeStatus } from '../host/host-runtime.ts';
import type { OpenedHost } from '../host/open-host.ts';
import { packageManagerOf, withPackageManager } from '../host/package-manager.ts';
import { versionOf } from '../machine.ts';
import { type Argv, outputOf } from '../run-commands.ts';
import { type Check, ok, problem, unknown } from './health-check.ts';

const needed = { node: '20.19.0', python: '3.11.0' } as const;

/** Whether the programs are there that the host needs, in versions that fit. */
export async function checkTools({ host, meta }: OpenedHost, env: Readonly<Record<string, string>>): Promise<Check[]> {
  const options = { cwd: host.root, env };
  const isPython = meta.runtime?.archive === 'python';
  const python = interpreterOf(host.root);
  const language: readonly [string, Argv] = isPython
    ? ['Python', [python.isOwn ? python.path : 'python3']]
    : ['Node.js', ['node']];
  const manager = packageManagerOf(meta, host) ?? (isPython ? 'pip' : 'npm');
  const [git, found, managed] = await Promise.all([
    versionOf(['git'], options),
    versionOf(language[1], options),
    versionOf(manager === 'pip' ? [language[1][0], '-m', 'pip'] : [manager], options),
  ]);
  const least = isPython ? needed.python : needed.node;
  const short = least.replace(/\.0$/, '');
  return [
    git === undefined ? unknown('git was not found: updates cannot use the history') : ok(`git ${git}`),
    found === undefined
      ? problem(`${language[0]} was not found.`, `Install ${language[0]} ${short} or newer.`)
      : isOlder(found, least)
        ? problem(
            `${language[0]} ${found} is too old: the host needs ${short}.`,
            `Install ${language[0]} ${short} or newer.`,
          )
        : ok(`${language[0]} ${found}`),
    managed === undefined
      ? problem(`${manager}, the package manager of the host, was not found.`, `Install ${manager}.`)
      : ok(`${manager} ${managed}`),
  ];
}

function isOlder(version: string, least: string): boolean {
  const parts = (text: string) => (text.match(/\d+/g) ?? []).map(Number);
  const [mine, other] = [parts(version), parts(least)];
  const at = [0, 1, 2].find((index) => (mine[index] ?? 0) !== (other[index] ?? 0));
  return at !== undefined && (mine[at] ?? 0) < (other[at] ?? 0);
}

/** Whether the runtime fits the templates, is installed, and finds the modules. */
export async function checkVersions(
  { host, meta }: OpenedHost,
  pack: Pack,
  env: Readonly<Record<string, string>>,
): Promise<Check[]> {
  const { runtime } = meta;
  if (runtime === undefined) return [ok(`the pack ${meta.name} has no runtime`)];
  const status = await runtimeStatus(host.root, pack);
  const install = withPackageManager(meta, host).commands.install.map(shellLine).join(' && ');
  const found = await installedVersion(host.root, runtime, env);
  const declared = installedRuntime(host.root, runtime)?.version;
  const checks: Check[] = [];
  if (status === undefined || status.state === 'missing')
    checks.push(problem(`The host does not depend on ${runtime.package}.`, 'Run `create-ai-module update --host`.'));
  else if (status.state === 'ahead')
    checks.push(
      problem(`${runtime.package} ${status.version} is newer than this create-ai-module.`, 'Update create-ai-module.'),
    );
  else if (status.state !== 'clean')
    checks.push(
      problem(`${runtime.package} ${status.version ?? ''}: ${status.reason}.`, 'Run `create-ai-module update --host`.'),
    );
  else checks.push(ok(`${runtime.package} ${status.version ?? ''} fits the templates`));
  if (found === undefined)
    checks.push(
      problem(`${runtime.package} is not installed.`, `Install the dependencies of the host: \`${install}\`.`),
    );
  else if (declared !== undefined && compareVersions(runtime, found, declared) !== 0)
    checks.push(
      problem(`${runtime.package} ${found} is installed, but the host depends on ${declared}.`, `Run \`${install}\`.`),
    );
  else checks.push(ok(`${runtime.package} ${found} is installed`));
  return [...checks, ...guestChecks(host)];
}

function guestChecks(host: OpenedHost['host']): Check[] {
  try {
    assertGuest(host);
    return [];
  } catch (error) {
    if (isFailure(error, 'host-invalid')) return [problem(error.message, error.hint)];
    throw error;
  }
}

/** Declarations may be ranges and registries rewrite versions, so only an older installation differs. */
function compareVersions(runtime: Runtime, found: string, declared: string): number {
  if (runtime.archive === 'python') return found.replace(/\+.*/, '') === pythonVersion(declared) ? 0 : -1;
  return Math.min(0, compareRuntimes(found, declared));
}

async function installedVersion(
  root: string,
  { package: name, archive }: Runtime,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (archive === 'python') {
    const code = `from importlib.metadata import version; print(version(${JSON.stringify(name)}))`;
    const { path, isOwn } = interpreterOf(root);
    const output = await outputOf([isOwn ? path : 'python3', '-c', code], { cwd: root, env, timeoutMs: 10_000 });
    return output?.trim();
  }
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file)) return /"version"\s*:\s*"([^"]+)"/.exec(readTextIfThere(file) ?? '')?.[1];
    if (dirname(folder) === folder) return undefined;
  }
}
