import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { insertAtMarker, marker } from '../core/host/edit.ts';
import type { Host } from '../core/host/host.ts';
import { manifestPath } from '../core/lock/pristine.ts';
import type { Context } from '../core/pack/context.ts';
import type { Pack } from '../core/pack/pack.ts';
import { type PackMeta, reservedReason } from '../core/pack/pack-meta.ts';
import { renderPack } from '../core/pack/render.ts';
import { renderModule } from '../core/pack/render-module.ts';
import type { ModuleUpdate } from '../core/pack/update-folder.ts';
import { joinPath, type RelPath } from '../core/text/rel-path.ts';
import { type Plan, planChanges } from '../core/tree/plan.ts';
import type { Tree, TreeFile } from '../core/tree/tree.ts';
import { confine } from './apply/confine.ts';
import { nodeDisk } from './apply/disk.ts';
import { addManifestSchema } from './manifest-schema.ts';
import { readFileOf } from './read-tree.ts';

export interface ModulePlan {
  readonly plan: Plan;
  /** The new module's folder, relative to the host. */
  readonly folder: RelPath;
  /** What could not be done for the user, in words. */
  readonly notes: readonly string[];
}

export interface PlannedModule {
  /** Of its folder. */
  readonly name: string;
  readonly folder: RelPath;
  /** What is in the folder now. */
  readonly mine: Tree;
  readonly update: ModuleUpdate;
}

/** A new module as a plan against the host on disk. Throws `module-exists`, also where only the case differs. */
export async function planModule(host: Host, pack: Pack, context: Context): Promise<ModulePlan> {
  const folder = joinPath(host.modulesDir, context.name);
  mustBeFree(host, pack.meta, context.name);
  const module = await renderModule(pack, context);
  const rendered = [...module].map(([path, file]) => [joinPath(folder, path), file] as const);
  const edits = await editHost(host, pack, context);
  await addManifestSchema(host, module.get(manifestPath), edits);
  const { current, edited, notes } = edits;
  const plan = planChanges(current, new Map([...rendered, ...edited]), { newFolders: [folder] });
  return { plan, folder, notes };
}

/**
 * Throws `name-reserved` for a name that the stack reserves, and `module-exists`, `path-escapes` or `target-unusable`, as
 * `applyPlan` would, for one that is unavailable in this host.
 */
export function mustBeFree(host: Host, meta: PackMeta, name: string): void {
  const reason = reservedReason(meta, name);
  if (reason !== undefined) throw new Failure('name-reserved', { name, stack: meta.name, reason });
  const same = namesInUse(host).find((entry) => entry.toLowerCase() === name);
  if (same !== undefined) throw new Failure('module-exists', { name, path: joinPath(host.modulesDir, same) });
  confine(nodeDisk, realpathSync(host.root), joinPath(host.modulesDir, name));
}

/** Everything in the folder of modules, as it is spelt there. */
export function namesInUse(host: Host): string[] {
  try {
    return readdirSync(join(host.root, host.modulesDir));
  } catch {
    return [];
  }
}

/** Files of the host before and after, as far as packs add to them, and what could not be added. */
export interface HostEdits {
  readonly current: Map<RelPath, TreeFile>;
  readonly edited: Map<RelPath, TreeFile>;
  readonly notes: string[];
}

/** What the pack adds to files that the host owns: lines above a marker, in files that are there. */
export async function editHost(
  host: Host,
  pack: Pack,
  context: Context,
  edits: HostEdits = { current: new Map(), edited: new Map(), notes: [] },
): Promise<HostEdits> {
  for (const [path, lines] of editLines(pack, context)) {
    const file = await textToEdit(host, path, edits);
    if (file === undefined) continue;
    const edit = insertAtMarker(file.content, lines);
    if (edit.kind === 'edited') edits.edited.set(path, { ...file, content: edit.text });
    if (edit.kind === 'no-marker')
      edits.notes.push(`${path} has no line with "${marker}"; add these lines yourself:\n    ${lines.join('\n    ')}`);
  }
  return edits;
}

/** Lines by the file that they are added to. */
export type EditLines = readonly (readonly [RelPath, readonly string[]])[];

/** The lines that a module adds to files of its host. */
export function editLines(pack: Pack, context: Context): EditLines {
  return [...renderPack(pack, 'edits', context).tree].map(([path, { content }]) => [
    path,
    String(content)
      .split('\n')
      .filter((line) => line.trim() !== ''),
  ]);
}

/** A file of the host as the edits so far leave it, and noted down as it is; `undefined` for what is no text. */
export async function textToEdit(
  host: Host,
  path: RelPath,
  { current, edited }: HostEdits,
): Promise<(TreeFile & { readonly content: string }) | undefined> {
  const there = current.get(path) ?? (await readFileOf(host.root, path));
  const file = edited.get(path) ?? there;
  if (there === undefined || typeof file?.content !== 'string') return undefined;
  current.set(path, there);
  return { ...file, content: file.content };
}
