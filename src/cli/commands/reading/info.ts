import { resolve } from 'node:path';
import { Failure, isFailure } from '../../../core/failure.ts';
import type { Attached } from '../../../core/pack/render-host.ts';
import type { RuntimeStatus } from '../../../core/pack/runtime-status.ts';
import { plain } from '../../../core/report/check-report.ts';
import { jsonDocument } from '../../../core/report/json.ts';
import { type ListedModule, moduleToJson, reportModules } from '../../../core/report/modules.ts';
import { mapTexts } from '../../../core/report/without-secrets.ts';
import { printable } from '../../../core/text/display.ts';
import { pythonOf } from '../../../io/attach/resolve-dependencies.ts';
import { runtimeStatus } from '../../../io/host/host-runtime.ts';
import { type OpenedHost, openHost } from '../../../io/host/open-host.ts';
import { packageManagerOf } from '../../../io/host/package-manager.ts';
import type { Io } from '../../../io/io.ts';
import { nodeVersion, operatingSystem, versionOf, withoutHome } from '../../../io/machine.ts';
import { moduleStates } from '../../../io/module/module-states.ts';
import { findPack, resolveStack } from '../../../io/pack/find-pack.ts';
import type { Argv } from '../../../io/run-commands.ts';
import { type ExitCode, exit } from '../../output/exit.ts';
import { version } from '../../output/version.ts';
import { type HostFlags, titleOf } from '../../steps/find-host.ts';

interface InfoFlags extends HostFlags {
  readonly stack?: string;
}

/** What is known about a host, even if its modules cannot be read. */
interface HostInfo {
  readonly root: string;
  readonly title: string;
  readonly attached: Attached | undefined;
  readonly pack: { readonly name: string; readonly version: string };
  readonly packageManager: string;
  readonly runtime: RuntimeStatus | undefined;
  readonly modules: readonly ListedModule[];
}

/** Prints what a bug report needs, without secrets and without the path of the home folder. */
export async function info(io: Io, flags: InfoFlags): Promise<ExitCode> {
  const dir = resolve(io.cwd, flags.host ?? '.');
  const stack = flags.stack === undefined ? undefined : resolveStack(flags.stack, io.cwd);
  const found = await orFailure(openHost(dir, stack));
  if (flags.host !== undefined && isFailure(found, 'host-not-found')) throw found;
  const host = found instanceof Failure ? found : await orFailure(hostInfo(found));
  const programs = await programVersions(io, found instanceof Failure ? undefined : found);
  const mask = (text: string) => withoutHome(text, io.env);
  if (flags.json) {
    const document = { tool: version, node: nodeVersion, os: operatingSystem(), programs, ...hostToJson(host) };
    io.out.write(jsonDocument('info', mapTexts(document, mask) as typeof document));
  } else io.out.write(printable(mask(reportInfo(programs, host))));
  return exit.done;
}

async function hostInfo(found: OpenedHost): Promise<HostInfo> {
  const { host, meta, stack } = found;
  const pack = await findPack(stack, host.root, ['module', 'edits']);
  return {
    root: host.root,
    title: titleOf(found),
    attached: host.attached,
    pack: { name: meta.name, version: meta.version },
    packageManager: managerOf(found),
    runtime: await runtimeStatus(host.root, pack),
    modules: await moduleStates(host, pack),
  };
}

/** The package manager of the host; without a lock file, the one that the pack's commands are for. */
function managerOf({ host, meta }: OpenedHost): string {
  return packageManagerOf(meta, host) ?? (meta.runtime?.archive === 'python' ? 'pip' : 'npm');
}

/** The versions of the programs that the tool and the host use; null for one that is missing. */
async function programVersions(io: Io, found: OpenedHost | undefined): Promise<Record<string, string | null>> {
  const cwd = found?.host.root ?? io.cwd;
  const env = io.env.PATH === undefined ? {} : { PATH: io.env.PATH };
  const python = pythonOf(cwd);
  const manager = found === undefined ? 'npm' : managerOf(found);
  const commands: readonly (readonly [name: string, command: Argv])[] = [
    ['git', ['git']],
    ['python', [python]],
    [manager, manager === 'pip' ? [python, '-m', 'pip'] : [manager]],
  ];
  const versions = commands.map(
    async ([name, command]) => [name, (await versionOf(command, { cwd, env })) ?? null] as const,
  );
  return Object.fromEntries(await Promise.all(versions));
}

function reportInfo(programs: Readonly<Record<string, string | null>>, host: HostInfo | Failure): string {
  const lines = [
    `create-ai-module: ${version}`,
    `Node.js: ${nodeVersion}`,
    `OS: ${operatingSystem()}`,
    ...Object.entries(programs).map(([name, found]) => `${name}: ${found ?? 'not found'}`),
  ];
  return `${[...lines, ...hostLines(host)].join('\n')}\n`;
}

function hostLines(host: HostInfo | Failure): string[] {
  if (isFailure(host, 'host-not-found')) return ['host: none'];
  if (host instanceof Failure) return [`host: cannot be read: ${host.message}`];
  const { root, title, attached, pack, packageManager, runtime, modules } = host;
  const kind = attached === undefined ? 'generated' : `attached below ${attached.prefix}`;
  return [
    `host: ${root} (${title}, ${kind}, ${packageManager})`,
    `template pack: ${pack.name}@${pack.version}`,
    ...(runtime === undefined
      ? []
      : [
          `runtime: ${runtime.package} ${runtime.version ?? '-'} (${runtime.state}, templates need ${runtime.expected})`,
        ]),
    ...(modules.length === 0 ? ['modules: none'] : ['modules:', reportModules(modules, plain).trimEnd()]),
  ];
}

function hostToJson(host: HostInfo | Failure): object {
  if (isFailure(host, 'host-not-found')) return { host: null };
  if (host instanceof Failure) return { host: null, problem: host.message };
  const { root, title, attached, pack, packageManager, runtime = null, modules } = host;
  const prefix = attached?.prefix ?? null;
  return { host: { root, title, prefix, pack, packageManager, runtime, modules: modules.map(moduleToJson) } };
}

async function orFailure<T>(work: Promise<T>): Promise<T | Failure> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
