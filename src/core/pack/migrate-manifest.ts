import { Failure } from '../failure.ts';
import { lockPath, parseLock } from '../lock/lock.ts';
import { changeSettings } from '../manifest/change-settings.ts';
import type { RelPath } from '../text/rel-path.ts';
import type { Tree } from '../tree/tree.ts';
import type { PackMeta } from './pack-meta.ts';
import { compareVersions } from './update-folder.ts';

/** The manifest of a module as this version of the pack wants it; `file` is for messages. */
export async function migrateManifest(text: string, folder: Tree, meta: PackMeta, file: string): Promise<string> {
  const lock = folder.get(lockPath as RelPath)?.content;
  if (typeof lock !== 'string' || meta.manifest_changes.length === 0) return text;
  const { version } = (await parseLock(lock, file)).pack;
  let changed = text;
  for (const change of meta.manifest_changes) {
    if (compareVersions(version, change.version) >= 0) continue;
    const next = await changeSettings(changed, change);
    if (next === undefined) throw new Failure('manifest-not-editable', { file, key: 'configuration' });
    changed = next;
  }
  return changed;
}
