import { type Host, importSpecifiers, removeAboveMarker } from '../../core/host/host.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { findManifest } from '../../core/manifest/parse.ts';
import { type Context, contextOf } from '../../core/pack/context/context.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import { readFileOf } from '../fs/read-tree.ts';
import { modulesToRead } from '../host/read-module.ts';
import { type EditLines, editLines, type HostEdits, textToEdit } from './plan-module.ts';

/** A module whose manifest has changed since its last render. */
export interface ChangedManifest {
  /** The name of its folder. */
  readonly name: string;
  /** The text of the manifest at the last render. */
  readonly lastManifest: string;
  /** The lines that the module now adds to the host's files. */
  readonly lines: EditLines;
}

/**
 * Removes lines from the host's files that the pack added for an earlier manifest and that no module needs any more.
 * Removes nothing if another module's manifest is invalid, because the lines it needs are then unknown.
 */
export async function removeObsoleteEdits(
  host: Host,
  pack: Pack,
  changed: readonly ChangedManifest[],
  edits: HostEdits,
): Promise<void> {
  const contextIn = async (name: string, text: string): Promise<Context | undefined> => {
    const manifest = await findManifest(text);
    return manifest && contextOf(manifest, pack.meta, importSpecifiers(host, pack.meta, name));
  };
  const obsolete = new Map<RelPath, Set<string>>();
  for (const { name, lastManifest } of changed) {
    const context = await contextIn(name, lastManifest);
    for (const [path, lines] of context ? editLines(pack, context) : []) {
      if (!obsolete.has(path)) obsolete.set(path, new Set());
      for (const line of lines) obsolete.get(path)?.add(line);
    }
  }
  const keep = (wanted: EditLines): void => {
    for (const [path, lines] of wanted) for (const line of lines) obsolete.get(path)?.delete(line);
  };
  for (const { lines } of changed) keep(lines);
  if ([...obsolete.values()].every(({ size }) => size === 0)) return;
  const done = new Set(changed.map(({ name }) => name));
  for (const name of (await modulesToRead(host, [])).filter((one) => !done.has(one))) {
    const manifest = await readFileOf(host.root, joinPath(host.modulesDir, name, manifestPath));
    const context = manifest && (await contextIn(name, String(manifest.content)));
    if (manifest && !context) return;
    if (context) keep(editLines(pack, context));
  }
  for (const [path, lines] of obsolete) {
    const file = await textToEdit(host, path, edits);
    if (file) edits.edited.set(path, { ...file, content: removeAboveMarker(file.content, lines) });
  }
}
