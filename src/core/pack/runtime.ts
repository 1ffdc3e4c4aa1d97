import packageJson from '../../../package.json' with { type: 'json' };
import { snakeCase } from '../text/names.ts';

/** The version of create-ai-module. Its runtimes have the same version. */
export const toolVersion: string = packageJson.version;

export const runtimeVersionPattern = /^\d+\.\d+\.\d+(-(alpha|beta|dev|rc)\.\d+)?$/;

/** The runtime of a pack, as pack.yaml declares it. */
export interface Runtime {
  readonly package: string;
  readonly archive: 'node' | 'python';
  readonly version: string;
}

/** The data about the runtime for templates; null in a pack without a runtime. */
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

/** The version in the form of PEP 440: `0.2.0.dev2`, `0.2.0rc1`. */
export function pythonVersion(version: string): string {
  const [release = '', kind, number = ''] = version.split(/-([a-z]+)\./);
  if (kind === undefined) return release;
  return `${release}${{ alpha: 'a', beta: 'b', rc: 'rc' }[kind] ?? `.${kind}`}${number}`;
}

/** The first version that may be incompatible: `0.3` for `0.2.1`, `2` for `1.4.0`. */
function nextBreaking(version: string): string {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  return major > 0 ? String(major + 1) : `0.${minor + 1}`;
}
