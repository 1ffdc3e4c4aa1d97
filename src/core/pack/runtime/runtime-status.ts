import { sameBytes, type TreeFile } from '../../tree/tree.ts';
import { compareRuntimes, findRuntime, type Runtime, runtimeContextOf, vendorFolder } from './runtime.ts';

/** The runtime of a host, compared with the runtime that this version of the tool delivers. */
export interface RuntimeStatus {
  readonly package: string;
  /** The version that the host depends on; null if it names none. */
  readonly version: string | null;
  /** The version that the templates need. */
  readonly expected: string;
  readonly state: 'clean' | 'outdated' | 'ahead' | 'edited' | 'missing';
  readonly reason: string;
}

/** The archive with the expected name in the host, and the one of the tool. */
export interface Archives {
  readonly mine: TreeFile | undefined;
  readonly own: TreeFile | undefined;
}

const advice = 'run `create-ai-module update --host`';

/** `text` is the host's dependency file. */
export function runtimeStatusOf(runtime: Runtime, text: string, { mine, own }: Archives): RuntimeStatus {
  const { package: name, version: expected } = runtime;
  const found = findRuntime(runtime, text);
  const version = found?.version ?? null;
  const status = (state: RuntimeStatus['state'], reason: string) => ({
    package: name,
    version,
    expected,
    state,
    reason,
  });
  if (found === undefined) return status('missing', `the host does not depend on it; ${advice}`);
  if (version === null) return status('clean', 'the host depends on no specific version');
  const order = compareRuntimes(version, expected);
  if (order < 0) return status('outdated', `${expected} is available; ${advice}`);
  if (order > 0) return status('ahead', `create-ai-module delivers ${expected}; update create-ai-module`);
  if (!found.isVendored) return status('clean', 'from a registry');
  const path = `${vendorFolder}/${runtimeContextOf(runtime).archive}`;
  if (mine === undefined) return status('missing', `${path} is missing; ${advice}`);
  if (own && !sameBytes(mine.content, own.content))
    return status('edited', `${path} is not the archive that create-ai-module delivers; ${advice}`);
  return status('clean', path);
}
