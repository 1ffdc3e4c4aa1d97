import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { lockPath, parseLock } from '../../core/lock/lock.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { assertSameContent } from '../../core/pack/update/update-folder.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import { readFileOf } from '../fs/read-tree.ts';
import { hostAt } from '../host/open-host.ts';
import { findPack, isBundled } from '../pack/find-pack.ts';
import { namesInUse } from './plan-module.ts';

/** Throws `pack-changed` if a host or a module was rendered by other files of the same version of the pack. */
export async function assertUnchanged(host: Host, meta: PackMeta): Promise<void> {
  if (meta.checksum === undefined) return;
  for (const folder of ['', ...namesInUse(host).map((name) => `${host.modulesDir}/${name}`)]) {
    const lock = await lockIn(host.root, folder);
    if (lock !== undefined) assertSameContent(lock.pack, meta, folder);
  }
}

/** `assertUnchanged` for the host in a folder, with the pack that it declares. */
export async function assertPackUnchanged(root: string): Promise<void> {
  const opened = await hostAt(root);
  if (opened === undefined || isBundled(opened.stack)) return;
  await assertUnchanged(opened.host, (await findPack(opened.stack, root, [])).meta);
}

/** The lock of a folder, if it can be read: others are reported elsewhere. */
async function lockIn(root: string, folder: string) {
  try {
    const content = (await readFileOf(root, joinPath(folder, lockPath) as RelPath))?.content;
    return typeof content === 'string' ? await parseLock(content, lockPath) : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
