import { readdirSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Host, insertAtMarker, marker } from '../../core/host/host.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import type { Context } from '../../core/pack/context/context.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { type PackMeta, reservedReason } from '../../core/pack/pack-meta.ts';
import { renderPack } from '../../core/pack/render.ts';
import { renderModule } from '../../core/pack/render-module.ts';
import type { ModuleUpdate } from '../../core/pack/update/update-folder.ts';
import { jsonText } from '../../core/text/json-text.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath, type RelPath, relPath } from '../../core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../core/tree/tree.ts';
import { planHostRevisions } from '../attach/plan-revisions.ts';
import { confine } from '../fs/confine.ts';
import { nodeDisk } from '../fs/disk.ts';
import { readFileOf } from '../fs/read-tree.ts';

export interface ModulePlan {
  readonly plan: Plan;
  /** The new module's folder, relative to the host. */
  readonly folder: RelPath;
  /** Steps that the user must take by hand. */
  readonly notes: readonly string[];
}

export interface PlannedModule {
  /** The name of its folder. */
  readonly name: string;
  readonly folder: RelPath;
  /** The current files of the folder. */
  readonly mine: Tree;
  readonly update: ModuleUpdate;
}

/** Plans a new module. Throws `module-exists`, also for a name that differs in case only. */
export async function planModule(host: Host, pack: Pack, context: Context): Promise<ModulePlan> {
  const folder = joinPath(host.modulesDir, context.name);
  assertNameAvailable(host, pack.meta, context.name);
  const module = await renderModule(pack, context);
  const rendered = [...module].map(([path, file]) => [joinPath(folder, path), file] as const);
  const edits = await editHost(host, pack, context);
  await addManifestSchema(host, module.get(manifestPath), edits);
  const { current, edited, notes } = edits;
  const revisions = await planHostRevisions(host);
  const plan = planChanges(current, new Map([...rendered, ...edited, ...revisions.tree]), { newFolders: [folder] });
  return { plan, folder, notes: [...notes, ...revisions.notes] };
}

/**
 * Throws `name-reserved` for a name that the stack reserves, and `module-exists`, `path-escapes` or `target-unusable`
 * (like `applyPlan`) for a name that is unavailable in this host.
 */
export function assertNameAvailable(host: Host, meta: PackMeta, name: string): void {
  const reason = reservedReason(meta, name);
  if (reason !== undefined) throw new Failure('name-reserved', { name, stack: meta.name, reason });
  const same = namesInUse(host).find((entry) => entry.toLowerCase() === name);
  if (same !== undefined) throw new Failure('module-exists', { name, path: joinPath(host.modulesDir, same) });
  confine(nodeDisk, realpathSync(host.root), joinPath(host.modulesDir, name));
}

/** All names in the modules folder. */
export function namesInUse(host: Host): string[] {
  try {
    return readdirSync(join(host.root, host.modulesDir));
  } catch {
    return [];
  }
}

/** The host files that the pack edits, before and after, with notes on edits that must be made by hand. */
export interface HostEdits {
  readonly current: Map<RelPath, TreeFile>;
  readonly edited: Map<RelPath, TreeFile>;
  readonly notes: string[];
}

/** Adds the pack's lines to existing host files, above the marker. Returns `edits`. */
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

/** Lines to add, by file. */
export type EditLines = readonly (readonly [RelPath, readonly string[]])[];

/** The lines that a module adds to its host's files. */
export function editLines(pack: Pack, context: Context): EditLines {
  return [...renderPack(pack, 'edits', context).tree].map(([path, { content }]) => [
    path,
    String(content)
      .split('\n')
      .filter((line) => line.trim() !== ''),
  ]);
}

/** A host file with the edits so far; records its current content. `undefined` if it is missing or not text. */
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

/** The text of the manifest's JSON Schema in this package. Hosts have a copy of it. */
export async function manifestSchemaText(): Promise<string> {
  const { default: schema } = await import('../../../docs/schema/manifest.schema.json', { with: { type: 'json' } });
  return jsonText(schema);
}

/** The copy of the JSON Schema in the folder of modules. */
export const manifestSchemaName = 'manifest.schema.json';

/**
 * Adds this version's JSON Schema to the modules folder if the module's manifest refers to it there, for completion and
 * validation in editors.
 */
export async function addManifestSchema(
  host: Host,
  manifest: TreeFile | undefined,
  { current, edited }: Pick<HostEdits, 'current' | 'edited'>,
): Promise<void> {
  if (!String(manifest?.content).includes(`$schema=../${manifestSchemaName}`)) return;
  const path = joinPath(host.modulesDir, manifestSchemaName);
  if (edited.has(path)) return;
  const there = await readFileOf(host.root, path);
  if (there !== undefined) current.set(path, there);
  edited.set(path, textFile(await manifestSchemaText()));
}

/** A text file as read, and its replacement. */
export interface TextChange {
  /** Absolute path, below the root of the plan. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Plans text replacements. Throws `plan-is-stale` if a file has changed since it was read. */
export async function planTextChanges(root: string, changes: readonly TextChange[]): Promise<Plan> {
  const [current, desired] = [new Map(), new Map()];
  for (const { path, before, after } of changes) {
    const inside = relPath(relative(root, path).replaceAll('\\', '/'));
    const file: TreeFile | undefined = await readFileOf(root, inside);
    if (file?.content !== before) throw new Failure('plan-is-stale', { path: inside });
    current.set(inside, file);
    desired.set(inside, { ...file, content: after });
  }
  return planChanges(current, desired);
}
