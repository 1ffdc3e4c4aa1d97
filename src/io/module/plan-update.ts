import { join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { type Host, importSpecifiers } from '../../core/host/host.ts';
import { mergeBasePath } from '../../core/lock/lock.ts';
import { lastName, manifestPath } from '../../core/lock/merge-base.ts';
import { contextOf } from '../../core/pack/context/context.ts';
import type { Pack } from '../../core/pack/pack.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { dependencyFiles, findRuntime } from '../../core/pack/runtime.ts';
import { changeCode } from '../../core/pack/update/change-code.ts';
import { removedNames } from '../../core/pack/update/removed-names.ts';
import { isTracked, summaryOf, type UpdateOptions, type UpdateSummary } from '../../core/pack/update/update-folder.ts';
import { migrateManifest, updateModule } from '../../core/pack/update/update-module.ts';
import { isUnchanged, type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import { sameContent, type Tree, type TreeFile } from '../../core/tree/tree.ts';
import { planHostRevisions } from '../attach/plan-revisions.ts';
import { readTree } from '../fs/read-tree.ts';
import { mergeWithGit, withBaseFromGit } from '../git.ts';
import { dependenciesOf, runtimeFailure } from '../host/host-runtime.ts';
import { linkNotes, manifestIn, modulesToRead } from '../host/read-module.ts';
import type { OnProgress } from '../io.ts';
import { findRemovedImports } from './find-removed-imports.ts';
import { type ChangedManifest, removeObsoleteEdits } from './obsolete-edits.ts';
import { planHostFiles } from './plan-host-files.ts';
import { addManifestSchema, editHost, editLines, type HostEdits, type PlannedModule } from './plan-module.ts';

export interface UpdatePlan {
  /** Contains changed files only: unchanged files of a thousand modules would take too much memory. */
  readonly plan: Plan;
  readonly modules: readonly {
    readonly name: string;
    readonly folder: RelPath;
    readonly update: UpdateSummary;
  }[];
  /** Notes for the user, such as modules that were skipped. */
  readonly notes: readonly string[];
  /** The last rendered versions of manifests edited since then, by their paths in the host. */
  readonly lastManifests: ReadonlyMap<string, string>;
  /** The failure if modules need a newer runtime than the host has after the plan. */
  readonly runtimeFailure: Failure | undefined;
}

export interface UpdateAllOptions extends Omit<UpdateOptions, 'fallback'> {
  /** Edits each manifest in memory before rendering. */
  readonly editManifest?: (text: string, file: string) => Promise<string>;
  /** Receives how many modules are done. */
  readonly onProgress?: OnProgress;
  /** Receives each module with all its files. */
  readonly inspect?: (module: PlannedModule) => void;
  /** Whether to update the host's own files as well. */
  readonly withHost?: boolean;
}

/** Plans the regeneration of modules from their current manifests and pack; of all modules if `names` is empty. */
export async function planUpdate(
  host: Host,
  pack: Pack,
  names: readonly string[],
  options: UpdateAllOptions,
): Promise<UpdatePlan> {
  const notes: string[] = [];
  const edits: HostEdits = { current: new Map(), edited: new Map(), notes };
  const modules: UpdatePlan['modules'][number][] = [];
  const changed: ChangedManifest[] = [];
  const [current, desired] = [new Map<RelPath, TreeFile>(), new Map<RelPath, TreeFile>()];
  const remove = new Set<RelPath>();
  const merging = { ...options, fallback: mergeWithGit };
  const ofHost = options.withHost ? await planHostFiles(host, pack, merging, edits) : undefined;
  if (ofHost) {
    modules.push({ ...ofHost, update: summaryOf(ofHost.update) });
    options.inspect?.(ofHost);
    for (const path of ofHost.update.removed) remove.add(path);
  }
  const all = await modulesToRead(host, names);
  if (names.length === 0) notes.push(...(await linkNotes(host)));
  for (const [done, name] of all.entries()) {
    await options.onProgress?.(done, all.length);
    const folder = joinPath(host.modulesDir, name);
    const onDisk = await readTree(join(host.root, folder));
    const { folder: restored, isRestored } = withBaseFromGit(join(host.root, folder), onDisk);
    if (isRestored) notes.push(`${folder}: the merge base was restored from git.`);
    const code = await changeCode(restored, pack.meta, folder);
    const mine = await withManifest(code.tree, join(host.root, folder, manifestPath), pack, options.editManifest);
    if (!isTracked(mine) && names.length === 0) {
      if (mine.has(manifestPath))
        notes.push(
          `${folder} has no lock file and is not updated. To track it, run \`create-ai-module adopt ${name}\`.`,
        );
      continue;
    }
    const manifest = await manifestIn(mine, join(host.root, folder, manifestPath));
    if (manifest.name !== name)
      notes.push(`${folder} contains the module ${manifest.name}: the folder and the name in its manifest differ.`);
    const context = contextOf(manifest, pack.meta, importSpecifiers(host, pack.meta, name));
    notes.push(...renameNotes(mine, folder, manifest.name));
    const update = await updateModule(pack, context, mine, folder, merging);
    if (!update.isBlocked) {
      notes.push(...code.notes, ...removedNames(mine, update.tree, folder, pack.meta.replaced));
      await editHost(host, pack, context, edits);
      await addManifestSchema(host, update.tree.get(manifestPath), edits);
      const { lastManifest } = update;
      const content = mine.get(manifestPath)?.content;
      if (lastManifest !== undefined && content !== undefined && !sameContent(lastManifest, content))
        changed.push({ name, lastManifest, lines: editLines(pack, context) });
    }
    modules.push({ name, folder, update: summaryOf(update) });
    options.inspect?.({ name, folder, mine, update });
    for (const [path, after] of update.isBlocked ? [] : update.tree) {
      const before = onDisk.get(path);
      if (before && isUnchanged(path, before, after)) continue;
      if (before) current.set(joinPath(folder, path), before);
      desired.set(joinPath(folder, path), after);
    }
    for (const path of update.removed) {
      const before = onDisk.get(path);
      if (before) current.set(joinPath(folder, path), before);
      remove.add(joinPath(folder, path));
    }
  }
  await removeObsoleteEdits(host, pack, changed, edits);
  const revisions = await planHostRevisions(host);
  notes.push(...revisions.notes);
  const planned = new Map([...desired, ...edits.edited, ...revisions.tree]);
  if (ofHost && !ofHost.update.isBlocked && host.attached === undefined) {
    const kept = ofHost.update.decisions.filter(({ state }) => state === 'detached').map(({ path }) => path);
    const conflicts = modules.flatMap(({ folder, update }) =>
      update.conflicts.map(({ path }) => joinPath(folder, path)),
    );
    const reported = new Set<string>([...kept, ...conflicts]);
    const isReported = (path: string) => reported.has(path) || notes.some((note) => note.startsWith(`${path} `));
    notes.push(...findRemovedImports(host.root, pack.meta, planned, remove, isReported));
  }
  const plan = planChanges(new Map([...current, ...edits.current]), planned, { remove });
  const lastManifests = new Map(
    changed.map(({ name, lastManifest }) => [joinPath(host.modulesDir, name, manifestPath), lastManifest]),
  );
  return { plan, modules, notes, lastManifests, runtimeFailure: runtimeFailureOf(host, pack.meta, edits) };
}

/** A note on a module whose name was changed since its last render. Databases still have the old one. */
function renameNotes(folder: Tree, path: string, name: string): string[] {
  const base = folder.get(mergeBasePath as RelPath)?.content;
  const last = typeof base === 'string' ? lastName(base) : undefined;
  if (last === undefined || last === name) return [];
  return [
    `${path} was renamed by hand from ${last}: your own code, its tables and its rows in databases still have that name. Rename them too, or change the name back.`,
  ];
}

function runtimeFailureOf({ root }: Host, { runtime }: PackMeta, { edited }: HostEdits): Failure | undefined {
  if (runtime === undefined) return undefined;
  const planned = dependencyFiles(runtime)
    .map((file) => edited.get(file as RelPath)?.content)
    .find((text) => typeof text === 'string' && findRuntime(runtime, text) !== undefined);
  return runtimeFailure(runtime, typeof planned === 'string' ? planned : dependenciesOf(root, runtime));
}

/** The folder with its manifest migrated to the pack's version and edited by the command. */
async function withManifest(
  folder: Tree,
  file: string,
  pack: Pack,
  edit: UpdateAllOptions['editManifest'],
): Promise<Tree> {
  const manifest = folder.get(manifestPath);
  if (typeof manifest?.content !== 'string') return folder;
  const migrated = await migrateManifest(manifest.content, folder, pack.meta, file);
  const content = edit === undefined ? migrated : await edit(migrated, file);
  return content === manifest.content ? folder : new Map([...folder, [manifestPath, { ...manifest, content }]]);
}
