import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Host, hostConfigFile, importSpecifiers } from '../../core/host/host.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { type Attachment, attachmentPath, parseAttachment, withoutAttachment } from '../../core/pack/attachment.ts';
import { contextOf } from '../../core/pack/context/context.ts';
import { editedFiles, managedIn } from '../../core/pack/edited-files.ts';
import type { Pack } from '../../core/pack/pack.ts';
import type { Attached } from '../../core/pack/render-host.ts';
import { vendorFolder } from '../../core/pack/runtime.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath, type RelPath, relPath } from '../../core/tree/rel-path.ts';
import { sameFile, type Tree, type TreeFile } from '../../core/tree/tree.ts';
import { attempt } from '../fs/disk.ts';
import { prune } from '../fs/prune.ts';
import { readTree, stateFolder } from '../fs/read-tree.ts';
import { archivePaths } from '../host/host-runtime.ts';
import { foldersOfModules, manifestIn } from '../host/read-module.ts';
import { filesOf } from './plan-attachment.ts';
import { readApplication } from './read-application.ts';

export interface DetachPlan {
  readonly plan: Plan;
  /** Files and modules that stay, because the user edited them. */
  readonly kept: readonly string[];
  /** Edited files that stay under another name, because they need the runtime: without it the application would not compile. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Configurations of the compiler, tests and linters that keep their lines, because they skip modules that stay. */
  readonly skipping: readonly string[];
  /** Whether the user edited ai-modules.yaml, which is removed all the same: it declares the attachment. */
  readonly isConfigEdited: boolean;
  /** Files of the application whose attached lines the user changed. */
  readonly unclear: readonly string[];
  /** The application's files after the plan that the package manager reads. */
  readonly restored: Tree;
}

/** Plans the removal of everything that `host attach` and `new` wrote, except for what the user edited. */
export async function planDetach(host: Host, pack: Pack): Promise<DetachPlan> {
  const { root } = host;
  const state = await readTree(join(root, '.ai-module'));
  const stateFiles: Tree = new Map([...state].map(([path, file]) => [joinPath('.ai-module', path), file]));
  const record = recordIn(root, stateFiles);
  const current = new Map<RelPath, TreeFile>(stateFiles);
  const desired = new Map<RelPath, TreeFile>();
  const remove = new Set<RelPath>(stateFiles.keys());
  const kept: string[] = [];
  const renamed = new Map<string, string>();
  const needs = usesOf(host, pack);
  const take = (files: Tree, isRemoved: (path: RelPath, file: TreeFile) => boolean): void => {
    for (const [path, file] of files) {
      current.set(path, file);
      if (isRemoved(path, file)) remove.add(path);
      else if (isCode(path) && needs(path, String(file.content)).length > 0) rename(path, file);
      else kept.push(path);
    }
  };
  const rename = (path: RelPath, file: TreeFile): void => {
    let free = `${path}.old`;
    while (existsSync(join(root, free))) free += '.old';
    remove.add(path);
    desired.set(free as RelPath, file);
    renamed.set(path, free);
  };

  const generated: Tree = new Map([...managedIn(stateFiles), ...record.written]);
  const isMine = (path: RelPath, file: TreeFile) => !isSame(file, generated.get(path));
  take(await filesOf(root, [...generated.keys()]), (path, file) => path === hostConfigFile || !isMine(path, file));
  const config = current.get(hostConfigFile as RelPath);
  const isConfigEdited = config !== undefined && isMine(hostConfigFile as RelPath, config);
  take(
    await filesOf(root, [...archivePaths(root, pack.meta.runtime), joinPath(host.modulesDir, 'manifest.schema.json')]),
    () => true,
  );
  const modules: string[] = [];
  for (const name of await foldersOfModules(host)) {
    const folder = joinPath(host.modulesDir, name);
    const mine = await readTree(join(root, folder));
    if (mine.size === 0) continue;
    if (await isUntouched(host, pack, name, mine))
      take(new Map([...mine].map(([path, file]) => [joinPath(folder, path), file])), () => true);
    else modules.push(`${folder}/`);
  }

  const skipping =
    modules.length === 0 ? [] : [...record.after.keys()].filter((path) => isSkipping(host, path, record));
  const unclear: string[] = [];
  const restored = new Map<RelPath, TreeFile>();
  for (const [path, file] of await filesOf(root, [...record.after.keys()])) {
    if (skipping.includes(path)) continue;
    const { file: before, isComplete } = withoutAttachment(path, file, record);
    if (!isComplete) unclear.push(path);
    // Half of the lines in code would be an error.
    if (!isComplete && isCode(path)) continue;
    current.set(path, file);
    if (before.content === '' && !record.before.has(path)) remove.add(path);
    else {
      desired.set(path, before);
      restored.set(path, before);
    }
  }
  assertUnused(host, record, restored, remove, needs);
  return {
    plan: planChanges(current, desired, { remove }),
    kept: [...kept, ...modules],
    renamed,
    skipping,
    isConfigEdited,
    unclear,
    restored,
  };
}

/** Whether `host attach` added lines to a file that make a tool skip the modules: its lines name their folder. */
function isSkipping({ attached }: Host, path: RelPath, { before, after }: Attachment): boolean {
  const [old = '', added = ''] = [before.get(path), after.get(path)].map((file) => String(file?.content ?? ''));
  const isNew = (line: string) => !old.includes(line.trim()) && line.includes(attached?.dir ?? '');
  return path !== 'package.json' && added.split('\n').some((line) => isNew(line) && !/attachment|-runtime/.test(line));
}

/** Finds the lines of a file that need the attachment or the runtime, counted from 1. */
type Uses = (path: string, text: string) => number[];

function usesOf({ attached }: Host, { meta }: Pack): Uses {
  const dir = attached?.dir ?? '';
  const folder = dir.slice(dir.lastIndexOf('/') + 1).replaceAll('.', '\\.');
  const runtime = meta.runtime?.package.replaceAll('-', '[-_]') ?? '';
  const code = (place: string) =>
    new RegExp(`(?:\\bfrom\\b|\\bimport\\b|\\brequire\\b).*(?:${place}attachment\\b|\\b${runtime}\\b)`);
  const [inside, outside, other] = [
    code('[./]'),
    code(`\\b${folder}[./]`),
    new RegExp(`^(?!\\s*#).*\\b(?:${runtime}|${vendorFolder})\\b`),
  ];
  return (path, text) => {
    const use = isCode(path) ? (path.startsWith(`${dir}/`) ? inside : outside) : other;
    return text.split('\n').flatMap((line, at) => (use.test(line) ? [at + 1] : []));
  };
}

const isCode = (path: string): boolean => /\.(py|[cm]?[jt]sx?)$/.test(path);

/**
 * Throws `attachment-in-use` if the application, as it would be afterwards, needs the attachment or the runtime: in lines that
 * the user moved, changed or wrote. Without them it would not compile, install or start.
 */
function assertUnused(
  { root, modulesDir }: Host,
  { before, after }: Attachment,
  restored: Tree,
  removed: ReadonlySet<string>,
  uses: Uses,
): void {
  const files = readApplication(root);
  const places = files.paths
    .filter((path) => (isCode(path) && !path.startsWith(`${modulesDir}/`)) || after.has(path as RelPath))
    .filter((path) => !removed.has(path))
    .flatMap((path) => {
      const text = String(restored.get(path as RelPath)?.content ?? files.read(path) ?? '');
      const own = new Set(String(before.get(path as RelPath)?.content ?? '').split('\n'));
      const isOwn = (line: number) => own.has(text.split('\n')[line - 1] ?? '');
      return uses(path, text).flatMap((line) => (isOwn(line) ? [] : `${path}:${line}`));
    });
  if (places.length > 0) throw new Failure('attachment-in-use', { places });
}

function recordIn(root: string, state: Tree): Attachment {
  const content = state.get(attachmentPath as RelPath)?.content;
  const record = typeof content === 'string' ? parseAttachment(content) : undefined;
  if (record === undefined) {
    const reason = content === undefined ? 'is missing' : 'cannot be read';
    throw new Failure('base-lost', { file: join(root, attachmentPath), reason });
  }
  return record;
}

function isSame(file: TreeFile, other: TreeFile | undefined): boolean {
  return other !== undefined && sameFile(file, other);
}

/** Whether all files of a module are what the pack renders from its manifest. */
async function isUntouched(host: Host, pack: Pack, name: string, mine: Tree): Promise<boolean> {
  try {
    const manifest = await manifestIn(mine, join(host.root, host.modulesDir, name, manifestPath));
    const context = contextOf(manifest, pack.meta, importSpecifiers(host, pack.meta, name));
    return (await editedFiles(pack, context, mine)).length === 0;
  } catch {
    // An invalid manifest was edited.
    return false;
  }
}

/** Removes folders that the plan left empty, and caches in them. */
export function removeEmptyFolders(host: Host, attached: Attached): void {
  for (const folder of [attached.dir, vendorFolder, '.ai-module', stateFolder]) {
    const path = join(host.root, relPath(folder));
    if (folder === stateFolder) removeState(path);
    else attempt(() => prune(path));
  }
}

/** The state of earlier runs is only for `undo`. */
function removeState(path: string): void {
  attempt(() => rmSync(path, { recursive: true, force: true }));
}
