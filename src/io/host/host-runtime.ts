import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, isFailure } from '../../core/failure.ts';
import { type Host, hostConfigFile } from '../../core/host/host.ts';
import type { Pack } from '../../core/pack/pack.ts';
import {
  dependencyFiles,
  findRuntime,
  type InstalledRuntime,
  isRuntimeArchive,
  isTooOld,
  type Runtime,
  runtimeContextOf,
  vendorFolder,
} from '../../core/pack/runtime.ts';
import { type RuntimeStatus, runtimeStatusOf } from '../../core/pack/runtime-status.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import type { TreeFile } from '../../core/tree/tree.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { readFileOf } from '../fs/read-tree.ts';

/**
 * The text of the file in which a host declares its dependencies. An attached application may list the runtime in another
 * file than generated hosts.
 */
export function dependenciesOf(root: string, runtime: Runtime): string | undefined {
  const texts = dependencyFiles(runtime).map((file) => readTextIfThere(join(root, file)));
  return texts.find((text) => text !== undefined && findRuntime(runtime, text) !== undefined) ?? texts[0];
}

/** The runtime that a host depends on. */
export function installedRuntime(root: string, runtime: Runtime | undefined): InstalledRuntime | undefined {
  const text = runtime && dependenciesOf(root, runtime);
  return runtime && text !== undefined ? findRuntime(runtime, text) : undefined;
}

/** Why modules cannot be generated for a host with this dependency file; `undefined` if they can. */
export function runtimeFailure(
  runtime: Runtime | undefined,
  text: string | undefined,
): Failure<'runtime-older'> | undefined {
  if (runtime === undefined || !isTooOld(runtime, text)) return undefined;
  const { package: name, version: needed } = runtime;
  const found = findRuntime(runtime, text ?? '')?.version ?? null;
  return new Failure('runtime-older', { package: name, needed, found });
}

/** Throws `runtime-older`, also if no file of the host declares dependencies. */
export function assertRuntime(root: string, runtime: Runtime | undefined): void {
  const failure = runtime && runtimeFailure(runtime, dependenciesOf(root, runtime) ?? '');
  if (failure) throw failure;
}

/** Throws `host-invalid` if modules would be where the guest of an attached application does not find them. */
export function assertGuest({ root, attached, modulesDir }: Host): void {
  if (attached === undefined) return;
  const { dir, extension = 'ts', framework } = attached;
  const attachment = `${dir}/attachment.${framework === 'fastapi' ? 'py' : extension}`;
  const reason = !existsSync(join(root, attachment))
    ? `attached.dir is ${dir}, but ${attachment} does not exist`
    : modulesDir === `${dir}/modules`
      ? undefined
      : `modules_dir must be ${dir}/modules, where ${attachment} looks for modules`;
  if (reason !== undefined) throw new Failure('host-invalid', { file: join(root, hostConfigFile), reason });
}

/** Compares the host's runtime with the pack's; `undefined` for a pack without one, or a host without dependencies. */
export async function runtimeStatus(root: string, pack: Pack): Promise<RuntimeStatus | undefined> {
  const { runtime } = pack.meta;
  const text = runtime && dependenciesOf(root, runtime);
  if (runtime === undefined || text === undefined) return undefined;
  const mine = await readFileOf(root, joinPath(vendorFolder, runtimeContextOf(runtime).archive));
  return runtimeStatusOf(runtime, text, { mine, own: mine && ownArchive(pack) });
}

/** The archive that the tool delivers; `undefined` if this installation has none to compare with. */
function ownArchive({ readArchive }: Pack): TreeFile | undefined {
  try {
    return readArchive?.();
  } catch (error) {
    if (isFailure(error, 'runtime-missing')) return undefined;
    throw error;
  }
}

/** The archives of the runtime in a host, of any version. */
export function archivePaths(root: string, runtime: Runtime | undefined): RelPath[] {
  if (runtime === undefined) return [];
  try {
    const names = readdirSync(join(root, vendorFolder));
    return names.filter((name) => isRuntimeArchive(runtime, name)).map((name) => joinPath(vendorFolder, name));
  } catch {
    return [];
  }
}
