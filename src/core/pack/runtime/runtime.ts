import packageJson from '../../../../package.json' with { type: 'json' };
import { snakeCase } from '../../text/names.ts';

/** The version of create-ai-module. Its runtimes have the same version. */
export const toolVersion: string = packageJson.version;

export const runtimeVersionPattern = /^\d+\.\d+\.\d+(-(dev|rc)\.\d+)?$/;

/** The folder of a host with the archive of its runtime. */
export const vendorFolder = 'vendor';

/** The library that the modules and hosts of a pack import, as pack.yaml declares it. */
export interface Runtime {
  readonly package: string;
  readonly archive: 'node' | 'python';
  readonly version: string;
}

/** The data about the runtime for templates. */
export interface RuntimeContext {
  /** File name of the archive in the host's `vendor/` folder. */
  readonly archive: string;
  /** The version as the package manager writes it: `0.2.0-dev.2`, or `0.2.0.dev2` for Python. */
  readonly version: string;
  /** The versions that fit: `^0.2.0-dev.2`, or `>=0.2.0.dev2,<0.3` for Python. */
  readonly range: string;
}

export function runtimeContextOf(runtime: Runtime): RuntimeContext {
  const { package: name, version } = runtime;
  if (runtime.archive === 'node') return { archive: `${name}-${version}.tgz`, version, range: `^${version}` };
  const python = pythonVersion(version);
  const archive = `${snakeCase(name)}-${python}+vendored-py3-none-any.whl`;
  return { archive, version: python, range: `>=${python},<${nextBreaking(version)}` };
}

/** Whether a file in the vendor folder is an archive of the runtime, of any version. */
export function isRuntimeArchive({ package: name, archive }: Runtime, file: string): boolean {
  const [start, end] = archive === 'node' ? [`${name}-`, '.tgz'] : [`${snakeCase(name)}-`, '.whl'];
  return file.startsWith(start) && file.endsWith(end) && /^\d/.test(file.slice(start.length));
}

/** The version in the form of PEP 440: `0.2.0.dev2`, `0.2.0rc1`. */
export function pythonVersion(version: string): string {
  return version.replace(/-dev\./, '.dev').replace(/-rc\./, 'rc');
}

/** The first version that may be incompatible: `0.3` for `0.2.1`, `2` for `1.4.0`. */
function nextBreaking(version: string): string {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  return major > 0 ? String(major + 1) : `0.${minor + 1}`;
}

/** The file in which a host declares its dependencies. */
export function dependencyFile({ archive }: Runtime): string {
  return archive === 'node' ? 'package.json' : 'pyproject.toml';
}

/** The same, then the files in which attached applications may declare them instead. */
export function dependencyFiles(runtime: Runtime): readonly string[] {
  const own = dependencyFile(runtime);
  return runtime.archive === 'node'
    ? [own]
    : [own, 'requirements.txt', 'requirements/base.txt', 'requirements/production.txt', 'requirements/prod.txt'];
}

/**
 * The text of a dependency file of an attached application with another version of the runtime: the names of archives and the
 * exact versions are replaced.
 */
export function withRuntimeVersion(runtime: Runtime, text: string): string {
  const { archive, version } = runtimeContextOf(runtime);
  const name = runtime.package.replaceAll('-', '[-_]');
  return text
    .replace(new RegExp(`(?<=${vendorFolder}/)${name}-[\\w.+-]+?\\.(?:tgz|whl)`, 'g'), archive)
    .replace(new RegExp(`(?<=${name}(?:\\[[\\w,-]+\\])?==)[\\w.]+(?=\\+vendored)`, 'g'), version);
}

/** The runtime that a host depends on. */
export interface InstalledRuntime {
  /** In the form of npm; `undefined` if the dependency names none, such as `latest`. */
  readonly version: string | undefined;
  /** Whether the host depends on the archive in its vendor folder, not on a registry. */
  readonly isVendored: boolean;
}

/**
 * The runtime that the text of package.json or pyproject.toml depends on; `undefined` if it names none. Users edit these
 * files, so only the lines that name the runtime are read. Of several versions the highest is taken.
 */
export function findRuntime({ package: name }: Runtime, text: string): InstalledRuntime | undefined {
  const mention = new RegExp(
    `(?:(?<=${vendorFolder}/)|(?<![\\w./-]))${name.replaceAll('-', '[-_]')}(?!\\w|-(?!\\d))(.*)`,
    'g',
  );
  const rests = [...text.matchAll(mention)].map(([, rest = '']) => rest);
  if (rests.length === 0) return undefined;
  const versions = rests.flatMap((rest) => /\d+\.\d+(?:\.\d+)?(?:[-.]?(?:dev|rc)\.?\d+)?/.exec(rest)?.[0] ?? []);
  const sorted = versions.map(npmVersion).sort(compareRuntimes);
  return { version: sorted.at(-1), isVendored: rests.some((rest) => rest.includes('vendor')) };
}

/**
 * Whether a host is too old for modules that need this runtime. `text` is its dependency file: without that it is
 * unknown, and without a version too.
 */
export function isTooOld(runtime: Runtime, text: string | undefined): boolean {
  if (text === undefined) return false;
  const found = findRuntime(runtime, text);
  return found === undefined || (found.version !== undefined && compareRuntimes(found.version, runtime.version) < 0);
}

/** `0.2.0-dev.2` for `0.2.0.dev2`, `1.4.0` for `1.4`. */
function npmVersion(version: string): string {
  const [, release = '', kind, number] = /^([\d.]+?)(?:[-.]?(dev|rc)\.?(\d+))?$/.exec(version) ?? [];
  const full = release.split('.').length === 2 ? `${release}.0` : release;
  return kind === undefined ? full : `${full}-${kind}.${number}`;
}

/** Negative if `a` is older. Prereleases come before their release. */
export function compareRuntimes(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] as number) - (right[at] as number);
}

function rankOf(version: string): number[] {
  const [release = '', kind = 'release', number = '0'] = version.split(/-(dev|rc)\./);
  return [...release.split('.').map(Number), ['dev', 'rc', 'release'].indexOf(kind), Number(number)];
}
