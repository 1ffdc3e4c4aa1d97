import { hostAttributesPath, hostAttributesText, lockPath, lockText, mergeBasePath } from '../lock/lock.ts';
import { mergeBaseText } from '../lock/merge-base.ts';
import { kebabCase, snakeCase, titleOf } from '../text/names.ts';
import { folderOf, joinPath, type RelPath } from '../tree/rel-path.ts';
import { sortedPaths, type Tree, textFile } from '../tree/tree.ts';
import type { Pack } from './pack.ts';
import type { PackMeta } from './pack-meta.ts';
import { filesWithPolicy, renderPack } from './render.ts';
import { isRuntimeArchive, type RuntimeContext, runtimeContextOf, vendorFolder } from './runtime.ts';
import { type ModuleUpdate, readLastRender, type UpdateOptions, updateFolder } from './update/update-folder.ts';

/**
 * A host's files, with the lock and merge base that updates need. `folder` is the name of the host's folder; `vendored`
 * is whether the host gets the archive of the runtime.
 */
export function renderHost(pack: Pack, folder: string, vendored = true): Tree {
  const context = hostContextOf(folder, pack.meta, vendored);
  const rendered = renderPack(pack, 'host', context);
  const owned = sortedPaths(filesWithPolicy(rendered, 'owned', 'draft'));
  return new Map([
    ...rendered.tree,
    [hostAttributesPath as RelPath, textFile(hostAttributesText)],
    [lockPath as RelPath, textFile(lockText(pack.meta, { owned }, context.name))],
    [mergeBasePath as RelPath, textFile(mergeBaseText(filesWithPolicy(rendered, 'managed'), undefined))],
    ...(vendored ? archiveOf(pack) : []),
  ]);
}

/** The archive of the runtime with its path in the host; empty for a pack without a runtime. */
export function archiveOf({ meta, readArchive }: Pack): Tree {
  if (meta.runtime === undefined || readArchive === undefined) return new Map();
  return new Map([[joinPath(vendorFolder, runtimeContextOf(meta.runtime).archive), readArchive()]]);
}

/** The archives of the runtime that a host has, of any version. They have no merge base. */
function archivesIn(files: Tree, { runtime }: PackMeta): RelPath[] {
  return [...files.keys()].filter(
    (path) =>
      runtime !== undefined &&
      folderOf(path) === vendorFolder &&
      isRuntimeArchive(runtime, path.slice(vendorFolder.length + 1)),
  );
}

export interface HostUpdateOptions extends UpdateOptions {
  /** Whether the host has the archive of the runtime. */
  readonly vendored: boolean;
}

/**
 * Like `updateModule`, for the host's own files, and replaces the archive of the runtime. `name` is used if the lock file
 * contains no name.
 */
export async function updateHost(
  pack: Pack,
  files: Tree,
  name: string,
  options: HostUpdateOptions,
): Promise<ModuleUpdate> {
  const state = await readLastRender(files, '');
  const context = hostContextOf(state.lock.host ?? name, pack.meta, options.vendored);
  const { renames, replaced } = pack.meta.host;
  const target = { section: 'host', context, renames, replaced } as const;
  const archives = archivesIn(files, pack.meta);
  const mine = new Map([...files].filter(([path]) => !archives.includes(path)));
  const update = updateFolder(pack, target, state, mine, '', options);
  if (update.isBlocked || !options.vendored) return update;
  const next = archiveOf(pack);
  const old = archives.filter((path) => !next.has(path));
  return { ...update, tree: new Map([...update.tree, ...next]), removed: new Set([...update.removed, ...old]) };
}

/** The files of a host that an update reads: those that the pack renders, and those in the merge base. */
export function hostPaths(pack: Pack, name: string, base: Tree): RelPath[] {
  const { tree } = renderPack(pack, 'host', hostContextOf(name, pack.meta));
  return [...new Set([...tree.keys(), ...base.keys()])];
}

/** The data for host templates. */
export interface HostContext {
  /** The name in kebab-case, valid as a package name of npm and PyPI. */
  readonly name: string;
  /** The name in snake_case. */
  readonly snakeName: string;
  /** The display name: `My host`. */
  readonly title: string;
  /** The template pack. */
  readonly pack: { readonly name: string; readonly version: string };
  /** The runtime; `vendored`: the host has the archive in `vendor/`, else it depends on the range. */
  readonly runtime: (RuntimeContext & { readonly vendored: boolean }) | null;
}

/**
 * `folder` is the name of the host's folder. If it is not usable as a name, the host is named `ai-host`; a name that the
 * pack reserves gets `-host` appended.
 */
export function hostContextOf(folder: string, meta: PackMeta, vendored = true): HostContext {
  const plain = plainName(folder);
  const name = meta.host.reserved_names.includes(plain) ? `${plain}-host` : plain;
  return {
    name,
    snakeName: snakeCase(name),
    title: titleOf(snakeCase(name)),
    pack: { name: meta.name, version: meta.version },
    runtime: meta.runtime === undefined ? null : { ...runtimeContextOf(meta.runtime), vendored },
  };
}

/** The name from the folder alone: kebab-case in ASCII, which npm and PyPI accept. */
export function plainName(folder: string): string {
  const plain = kebabCase(folder.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''))
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^[^a-z]+|-+$/g, '');
  return plain.length < 2 ? 'ai-host' : plain.slice(0, 60).replace(/-+$/, '');
}
