import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Failure, isFailure } from '../../core/failure.ts';
import { type NpmSpec, parseNpmSpec } from '../../core/pack/source/npm-spec.ts';
import { archiveLimits, filesOfPackage } from '../../core/pack/source/tar.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { runCommand } from '../run-commands.ts';

const maxArchiveBytes = 10_000_000;

/** npm waits more than a minute before it reports a damaged archive. */
const fewRetries = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000'];

/** A pack of an npm package, on this machine. */
export interface InstalledPack {
  readonly folder: string;
  /** Whether the folder is a copy that this tool downloaded and that can be deleted. */
  readonly isCached: boolean;
}

/**
 * The pack of an npm package: from node_modules of `root` or a folder above it, else a copy that `npm pack` downloads once,
 * with the registry and the credentials that npm is configured with. No script of the package runs.
 */
export async function installedPack(stack: string, root: string): Promise<InstalledPack> {
  const spec = parseNpmSpec(stack);
  const installed = inNodeModules(spec, root);
  if (installed !== undefined) return { folder: installed, isCached: false };
  const { name, version } = spec;
  if (version === undefined) {
    const reason = `it is not in node_modules, and ${stack} has no version. Write ${stack}@<version>, or run npm install --save-dev ${name}`;
    throw new Failure('pack-package-invalid', { stack, reason });
  }
  const folder = join(cacheFolder(), `${name.replace('/', '+')}@${version}-${registriesOf(root)}`);
  if (!existsSync(join(folder, 'package.json')))
    await download(stack, `${name}@${version}`, folder, nearestFolder(root));
  assertIs(stack, spec, folder);
  return { folder, isCached: true };
}

function inNodeModules({ name, version }: NpmSpec, root: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    const found = packageIn(folder);
    if (found !== undefined && (version === undefined || found.version === version)) return folder;
    if (dirname(at) === at) return undefined;
  }
}

function packageIn(folder: string): { readonly name?: unknown; readonly version?: unknown } | undefined {
  const text = readTextIfThere(join(folder, 'package.json'));
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws `pack-invalid` if the package has another version than the pack in it: users name the one, locks have the other. */
export function assertVersion(stack: string, folder: string, version: string): void {
  const found = packageIn(folder)?.version;
  if (found === version) return;
  const reason = `its version is ${version}, and package.json has ${found}; they must be equal`;
  throw new Failure('pack-invalid', { pack: stack, file: 'pack.yaml', reason });
}

function assertIs(stack: string, { name, version }: NpmSpec, folder: string): void {
  const found = packageIn(folder);
  if (found?.name === name && found.version === version) return;
  const reason = `the package contains ${found?.name}@${found?.version}`;
  throw new Failure('pack-package-invalid', { stack, reason });
}

/** Downloads and unpacks a package next to its place, and moves it there, so that it is complete or not there. */
async function download(stack: string, spec: string, folder: string, cwd: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.`);
  try {
    const args = ['--ignore-scripts', '--loglevel=error', '--pack-destination', temporary, ...fewRetries];
    await runCommand(['npm', 'pack', spec, ...args], { cwd, timeoutMs: 120_000 });
    const archive = readdirSync(temporary).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error('npm pack wrote no archive');
    unpack(join(temporary, archive), join(temporary, 'pack'));
    if (!existsSync(folder)) renameSync(join(temporary, 'pack'), folder);
  } catch (error) {
    if (error instanceof Failure && !isFailure(error, 'command-failed')) throw error;
    const reason = isFailure(error, 'command-failed')
      ? `npm pack failed: ${error.args.reason}`
      : (error as Error).message;
    throw new Failure('pack-package-invalid', { stack, reason }, error);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function unpack(archive: string, target: string): void {
  const { size } = statSync(archive);
  if (size > maxArchiveBytes) throw new Error(`the archive has more than ${maxArchiveBytes} bytes`);
  const tar = gunzipSync(readFileSync(archive), { maxOutputLength: archiveLimits.bytes * 2 });
  for (const { path, bytes, isExecutable } of filesOfPackage(tar)) {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { mode: isExecutable ? 0o755 : 0o644, flag: 'wx' });
  }
}

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || (process.platform === 'win32' && LOCALAPPDATA) || join(homedir(), '.cache');
  return join(base, 'create-ai-module', 'packs');
}

/** Tells registries apart: two may have different packages of the same name and version. */
function registriesOf(root: string): string {
  const files: string[] = [join(homedir(), '.npmrc')];
  for (let at = root; ; at = dirname(at)) {
    files.push(join(at, '.npmrc'));
    if (dirname(at) === at) break;
  }
  const lines = files.flatMap((file) =>
    (readTextIfThere(file) ?? '').split('\n').filter((line) => /registry\s*=/.test(line)),
  );
  const variables = Object.entries(process.env)
    .filter(([key]) => /^npm_config_.*registry$/i.test(key))
    .map(([key, value]) => `${key.toLowerCase()}=${value}`);
  const text = [...new Set([...lines.map((line) => line.trim()), ...variables])].sort().join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
