import type { Lock } from '../../lock/lock.ts';
import type { PackMeta } from '../pack-meta.ts';
import { compareVersions } from './update-folder.ts';

type Kind = 'manifest_changes' | 'code_changes';

/** The changes of a pack, and of the pack that it extends, that are newer than the last render. */
export function pendingChanges<K extends Kind>(last: Lock['pack'], meta: PackMeta, kind: K): PackMeta[K][number][] {
  const { base } = meta;
  const newerThan = (version: string | undefined, changes: PackMeta[K]) =>
    version === undefined ? [] : changes.filter((change) => compareVersions(version, change.version) < 0);
  const ofBase = last.name === base?.name ? last.version : last.base?.version;
  // A module that moves from the base has no older version of this pack.
  const own = last.name === meta.name ? last.version : undefined;
  return [...(base === undefined ? [] : newerThan(ofBase, base[kind])), ...newerThan(own, meta[kind])];
}
