import { hostAttributesPath, hostAttributesText, lockPath, lockText, mergeBasePath } from '../lock/lock.ts';
import { mergeBaseText } from '../lock/merge-base.ts';
import { kebabCase, snakeCase, titleOf } from '../text/names.ts';
import type { RelPath } from '../tree/rel-path.ts';
import { sortedPaths, type Tree, textFile } from '../tree/tree.ts';
import type { Pack } from './pack.ts';
import type { PackMeta } from './pack-meta.ts';
import { filesWithPolicy, renderPack } from './render.ts';
import { type RuntimeContext, runtimeContextOf } from './runtime.ts';
import { type ModuleUpdate, readLastRender, type UpdateOptions, updateFolder } from './update/update-folder.ts';

/** A host's files, with the lock and merge base that updates need. `folder` is the name of the host's folder. */
export function renderHost(pack: Pack, folder: string): Tree {
  const context = hostContextOf(folder, pack.meta);
  const rendered = renderPack(pack, 'host', context);
  const owned = sortedPaths(filesWithPolicy(rendered, 'owned'));
  return new Map([
    ...rendered.tree,
    [hostAttributesPath as RelPath, textFile(hostAttributesText)],
    [lockPath as RelPath, textFile(lockText(pack.meta, { owned }, context.name))],
    [mergeBasePath as RelPath, textFile(mergeBaseText(filesWithPolicy(rendered, 'managed'), undefined))],
  ]);
}

/** Like `updateModule`, for the host's own files. `name` is used if the lock file contains no name. */
export async function updateHost(pack: Pack, files: Tree, name: string, options: UpdateOptions): Promise<ModuleUpdate> {
  const state = await readLastRender(files, '');
  const context = hostContextOf(state.lock.host ?? name, pack.meta);
  return updateFolder(pack, { section: 'host', context, renames: pack.meta.host.renames }, state, files, '', options);
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
