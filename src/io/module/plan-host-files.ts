import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { hostAttributesPath, type Lock, lockPath, mergeBasePath, parseLock } from '../../core/lock/lock.ts';
import { parseMergeBase } from '../../core/lock/merge-base.ts';
import { attachmentPath, attachmentText, parseAttachment } from '../../core/pack/attachment.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { hostPaths, updateHost } from '../../core/pack/render-host.ts';
import { withRuntimeVersion } from '../../core/pack/runtime/runtime.ts';
import { adoptHost } from '../../core/pack/update/adopt-module.ts';
import { isTracked, type UpdateOptions } from '../../core/pack/update/update-folder.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../core/tree/tree.ts';
import { readFileOf } from '../fs/read-tree.ts';
import { archivePaths, installedRuntime } from '../host/host-runtime.ts';
import type { HostEdits, PlannedModule } from './plan-module.ts';

/** The name of the host's own files in reports about modules. */
export const hostFilesName = 'host';

/** Plans the update of the host's own files like those of a module. Adds the changes to `edits`. */
export async function planHostFiles(
  host: Host,
  pack: Pack,
  options: UpdateOptions,
  edits: HostEdits,
): Promise<PlannedModule | undefined> {
  const mine = await readHostFiles(host, pack);
  if (!isTracked(mine)) {
    edits.notes.push(
      'The host has no lock file, so its own files are not updated. To track them, run `create-ai-module adopt --host`.',
    );
    return undefined;
  }
  const vendored = isVendored(host, pack);
  const update = await updateHost(pack, mine, basename(host.root), { ...options, vendored, attached: host.attached });
  for (const [path, file] of mine) edits.current.set(path, file);
  for (const [path, file] of update.isBlocked ? mine : update.tree) edits.edited.set(path, file);
  if (host.attached !== undefined && !update.isBlocked) await renewDependencies(host.root, pack, edits);
  return { name: hostFilesName, folder: '' as RelPath, mine, update };
}

/** Makes an attached application depend on the runtime that is delivered now, and records it for `host detach`. */
async function renewDependencies(root: string, { meta: { runtime } }: Pack, edits: HostEdits): Promise<void> {
  const path = attachmentPath as RelPath;
  const stored = await readFileOf(root, path);
  const record = typeof stored?.content === 'string' ? parseAttachment(stored.content) : undefined;
  if (runtime === undefined || stored === undefined || record === undefined) return;
  const renewed = ({ content, mode }: TreeFile): TreeFile => ({
    content: typeof content === 'string' ? withRuntimeVersion(runtime, content) : content,
    mode,
  });
  const after = new Map([...record.after].map(([file, content]) => [file, renewed(content)]));
  for (const file of record.after.keys()) {
    const mine = await readFileOf(root, file);
    if (mine === undefined) continue;
    edits.current.set(file, mine);
    edits.edited.set(file, renewed(mine));
  }
  edits.current.set(path, stored);
  edits.edited.set(path, textFile(attachmentText({ ...record, after })));
}

/** The host's files as they are (`mine`), and with the lock and merge base that updates need (`tree`). */
export async function planHostAdoption(host: Host, pack: Pack) {
  await assertGenerated(host, pack);
  const mine = await readHostFiles(host, pack, [hostAttributesPath as RelPath]);
  const { tree, different } = await adoptHost(pack, mine, basename(host.root), isVendored(host, pack), host.attached);
  return { mine, tree, different };
}

/** Throws `host-foreign` for an application whose files this tool did not write. */
async function assertGenerated({ root, attached }: Host, { meta }: Pack): Promise<void> {
  const isOurs =
    attached !== undefined ||
    meta.runtime === undefined ||
    installedRuntime(root, meta.runtime) !== undefined ||
    (await readFileOf(root, lockPath as RelPath)) !== undefined ||
    // Hosts of version 0.1 contain the runtime.
    ['src/platform', 'app/jobs'].some((folder) => existsSync(join(root, folder)));
  if (!isOurs) throw new Failure('host-foreign', { root });
}

/** Whether the host has the archive of the runtime: yes, unless it depends on a registry. */
function isVendored({ root }: Host, { meta }: Pack): boolean {
  return installedRuntime(root, meta.runtime)?.isVendored ?? true;
}

/** The pack that generated the host's own files, if its lock file is valid. */
export async function packOfHost(root: string): Promise<Lock['pack'] | undefined> {
  const content = (await readFileOf(root, lockPath as RelPath))?.content;
  if (typeof content !== 'string') return undefined;
  return parseLock(content, lockPath).then(
    ({ pack }) => pack,
    () => undefined,
  );
}

async function readHostFiles(host: Host, pack: Pack, more: readonly RelPath[] = []): Promise<Tree> {
  const stored = await readFileOf(host.root, mergeBasePath as RelPath);
  const base = typeof stored?.content === 'string' ? parseMergeBase(stored.content) : undefined;
  const paths = [
    lockPath as RelPath,
    mergeBasePath as RelPath,
    ...more,
    ...hostPaths(pack, basename(host.root), base ?? new Map(), host.attached),
    ...archivePaths(host.root, pack.meta.runtime),
  ];
  const files = new Map<RelPath, TreeFile>();
  for (const path of paths) {
    const file = await readFileOf(host.root, path);
    if (file) files.set(path, file);
  }
  return files;
}
