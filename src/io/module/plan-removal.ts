import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, isFailure } from '../../core/failure.ts';
import { type Host, importSpecifiers } from '../../core/host/host.ts';
import { dropScript, dropStatements } from '../../core/host/life/drop-tables.ts';
import { referencesTo } from '../../core/host/life/module-references.ts';
import { tablesOf } from '../../core/host/life/own-tables.ts';
import { dependentsOf } from '../../core/lint/dependents.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { contextOf } from '../../core/pack/context/context.ts';
import { editedFiles } from '../../core/pack/edited-files.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { folderOf, joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../core/tree/tree.ts';
import { type PlannedRevisions, planHostRevision } from '../attach/plan-revisions.ts';
import { codeBelow } from '../attach/read-application.ts';
import { readFileOf, readTree } from '../fs/read-tree.ts';
import { type ModuleManifest, moduleManifests } from '../host/module-manifests.ts';
import { readHostRules } from '../host/read-checkup.ts';
import { manifestIn, modulesToRead } from '../host/read-module.ts';
import { removeObsoleteEdits } from './obsolete-edits.ts';
import { type HostEdits, manifestSchemaName } from './plan-module.ts';

export interface RemovalOptions {
  /** Whether to delete files that the user wrote or edited as well. */
  readonly force: boolean;
  /** Whether to write a migration that drops the tables. */
  readonly dropTables: boolean;
}

export interface RemovalPlan {
  readonly plan: Plan;
  readonly modules: readonly string[];
  /** Tables of the modules, which stay in databases until a migration drops them. */
  readonly tables: readonly string[];
  readonly notes: readonly string[];
}

interface Removed {
  readonly name: string;
  readonly folder: RelPath;
  readonly mine: Tree;
  /** `undefined` if it is invalid. */
  readonly manifest: Manifest | undefined;
}

/**
 * Plans the removal of modules with everything that `new` and `update` wrote for them. Throws `module-needed` if other
 * modules or the host need them, and `module-edited` if files would be lost.
 */
export async function planRemoval(
  host: Host,
  pack: Pack,
  given: readonly string[],
  options: RemovalOptions,
): Promise<RemovalPlan> {
  const names = await modulesToRead(host, given);
  const removed = await Promise.all(names.map((name) => readRemoved(host, name)));
  const all = await moduleManifests(host);
  await assertNotNeeded(host, removed, all);
  if (!options.force) await assertNotEdited(host, pack, removed);

  const edits: HostEdits = { current: new Map(), edited: new Map(), notes: [] };
  const changed = removed.map(({ name, mine }) => ({
    name,
    lastManifest: String(mine.get(manifestPath)?.content ?? ''),
    lines: [],
  }));
  await removeObsoleteEdits(host, pack, changed, edits);
  const current = new Map<RelPath, TreeFile>(edits.current);
  const remove = new Set<RelPath>();
  for (const { folder, mine } of removed)
    for (const [path, file] of mine) {
      current.set(joinPath(folder, path), file);
      remove.add(joinPath(folder, path));
    }
  const others = all.filter(({ name }) => !names.includes(name));
  const schema = await unneededSchema(host, others);
  if (schema !== undefined) {
    current.set(...schema);
    remove.add(schema[0]);
  }

  const found = removed.map(({ name, mine }) => ({
    name,
    ...tablesOf(
      name,
      mine,
      others.map((one) => one.name),
    ),
  }));
  const dropping = options.dropTables ? await planDrops(host, found) : { tree: new Map(), notes: [] };
  const plan = planChanges(current, new Map([...edits.edited, ...dropping.tree]), { remove });
  const notes = [
    ...removed.flatMap(({ folder }) => leftIn(host, folder)),
    ...edits.notes,
    ...dropping.notes,
    ...tableNotes(found, [...dropping.tree.keys()], options.dropTables),
  ];
  return { plan, modules: names, tables: found.flatMap(({ own }) => own), notes };
}

async function readRemoved(host: Host, name: string): Promise<Removed> {
  const folder = joinPath(host.modulesDir, name);
  const mine = await readTree(join(host.root, folder));
  const manifest = await manifestIn(mine, join(host.root, folder, manifestPath)).catch((error: unknown) => {
    if (isFailure(error, 'manifest-invalid') || isFailure(error, 'file-unreadable')) return undefined;
    throw error;
  });
  return { name, folder, mine, manifest };
}

async function assertNotNeeded(host: Host, removed: readonly Removed[], all: readonly ModuleManifest[]): Promise<void> {
  const manifests = all.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest]));
  const { events } = await readHostRules(host.root, '');
  const names = new Set(removed.map(({ name, manifest }) => manifest?.name ?? name));
  const reasons = dependentsOf(names, manifests, events).map(({ name, reason }) => `${name} ${reason}`);
  const folders = removed.map(({ folder }) => folder);
  for (const [path, text] of codeBelow(host.root)) {
    if (folders.some((folder) => path.startsWith(`${folder}/`))) continue;
    for (const folder of folders)
      for (const { line } of referencesTo(folder, path, text).slice(0, 1))
        reasons.push(`${path}:${line} imports ${folder}`);
  }
  if (reasons.length > 0) throw new Failure('module-needed', { names: removed.map(({ name }) => name), reasons });
}

async function assertNotEdited(host: Host, pack: Pack, removed: readonly Removed[]): Promise<void> {
  const files: string[] = [];
  for (const { name, folder, mine, manifest } of removed) {
    const context = manifest && contextOf(manifest, pack.meta, importSpecifiers(host, pack.meta, name));
    files.push(...(await editedFiles(pack, context, mine)).map((path) => joinPath(folder, path)));
  }
  if (files.length > 0) throw new Failure('module-edited', { names: removed.map(({ name }) => name), files });
}

/** The JSON Schema beside the modules, which `new` adds for the first one, if no other module refers to it. */
async function unneededSchema(host: Host, others: readonly ModuleManifest[]): Promise<[RelPath, TreeFile] | undefined> {
  const path = joinPath(host.modulesDir, manifestSchemaName);
  const file = await readFileOf(host.root, path);
  if (file === undefined) return undefined;
  for (const { folder } of others) {
    const manifest = await readFileOf(host.root, joinPath(folder, manifestPath));
    if (String(manifest?.content).includes(`../${manifestSchemaName}`)) return undefined;
  }
  return [path, file];
}

/** Entries that no plan can delete, such as links. */
function leftIn({ root }: Host, folder: RelPath): string[] {
  const left = (path: string): string[] =>
    readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
      const below = `${path}/${entry.name}`;
      if (entry.isFile()) return [];
      return entry.isDirectory() ? left(below) : [`${below} is not a file and stays. Delete it by hand.`];
    });
  return left(folder);
}

interface ModuleTables {
  readonly name: string;
  readonly own: readonly string[];
  readonly shared: readonly string[];
}

/** In an application that makes its tables itself, a revision; else a file that an administrator runs. */
async function planDrops(host: Host, modules: readonly ModuleTables[]): Promise<PlannedRevisions> {
  const tree = new Map<RelPath, TreeFile>();
  const notes: string[] = [];
  const { attached } = host;
  if (attached?.migrations === 'app') {
    const { revisionSchema } = await import('../../core/attach/migrations/revision.ts');
    const names = modules.map(({ name }) => name);
    return planHostRevision(host.root, attached.dir, {
      words: ['drop', 'ai', ...names.flatMap((name) => name.split('_'))].slice(0, 8),
      title: `Drop the tables of removed modules: ${names.join(', ')}`,
      up: modules.flatMap(({ name, own }) => dropStatements(revisionSchema, name, own)),
      down: undefined,
      about: 'Deletes their tables, jobs and results.',
    });
  }
  for (const { name, own } of modules) {
    const path = freePath(host, joinPath(attached?.dir ?? '', 'sql', `drop_${name}.sql`));
    tree.set(path, textFile(dropScript(name, own, path)));
  }
  return { tree, notes };
}

function freePath({ root }: Host, path: RelPath): RelPath {
  let free = path;
  for (let number = 2; existsSync(join(root, free)); number += 1)
    free = path.replace(/\.sql$/, `_${number}.sql`) as RelPath;
  return free;
}

function tableNotes(modules: readonly ModuleTables[], files: readonly string[], isDropping: boolean): string[] {
  const own = modules.flatMap((one) => one.own);
  const shared = modules.flatMap((one) => one.shared);
  const names = modules.map(({ name }) => name).join(', ');
  const data = own.length === 0 ? `the jobs of ${names}` : `the tables ${own.join(', ')} and the jobs of ${names}`;
  const others = shared.length === 0 ? [] : [`${names} also names these tables, which are kept: ${shared.join(', ')}.`];
  if (!isDropping) return [`In databases, ${data} stay. To drop them, run \`remove\` with --drop-tables.`, ...others];
  const how = files.some((file) => file.includes(`${folderOf(file)}/drop_`) || file.startsWith('sql/'))
    ? 'run it on each database after the hosts run without the module'
    : 'the migrations of the application run it';
  return [`In databases, ${data} stay until ${files.join(', ')} is run: ${how}.`, ...others];
}
