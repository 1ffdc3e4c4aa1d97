import { Failure } from '../../failure.ts';
import { type Lock, lockPath, lockText, mergeBasePath, parseLock } from '../../lock/lock.ts';
import { manifestPath, mergeBaseText, parseMergeBase, splitManifest } from '../../lock/merge-base.ts';
import type { ConflictStyle } from '../../merge/files.ts';
import { withLeftovers } from '../../merge/leftovers.ts';
import type { MergeParts } from '../../merge/lines.ts';
import { hasMarkers, pickSide } from '../../merge/markers.ts';
import { type FileDecision, type MergedTrees, mergeTrees } from '../../merge/trees.ts';
import { isUnchanged } from '../../tree/plan.ts';
import { type RelPath, relPath } from '../../tree/rel-path.ts';
import { comparePaths, sameTree, type Tree, type TreeFile, textFile } from '../../tree/tree.ts';
import type { Pack } from '../pack.ts';
import type { PackMeta } from '../pack-meta.ts';
import { fillPlaceholders, renderPack } from '../render.ts';
import { findBaseDifferences, type Renders, renderLast } from './conflict-causes.ts';
import { type ExplainedConflict, explainConflicts } from './explain-conflict.ts';

export interface UpdateOptions {
  readonly conflicts: ConflictStyle;
  /** Deleted files to restore, relative to the module. */
  readonly restore: ReadonlySet<string>;
  readonly fallback?: MergeParts | undefined;
}

export interface ModuleUpdate extends Omit<MergedTrees, 'conflicts'> {
  readonly conflicts: readonly ExplainedConflict[];
  /** The packs of the last and the new render. */
  readonly from: Lock['pack'];
  readonly to: Lock['pack'];
  /** The manifest of the last render, if known. */
  readonly lastManifest: string | undefined;
  /** The last render and the new one. */
  readonly base: Tree;
  readonly theirs: Tree;
  /** Whether there are unresolved conflicts from an earlier update. Then the module is not changed. */
  readonly isBlocked: boolean;
  /** Renders the merge base again and returns the files that differ; `undefined` if that is impossible. */
  readonly baseDifferences: () => readonly RelPath[] | undefined;
}

/** The result of an update without file contents, which for a thousand modules would take too much memory. */
export interface UpdateSummary extends Pick<ModuleUpdate, 'from' | 'to' | 'conflicts'> {
  readonly decisions: readonly Pick<FileDecision, 'path' | 'from' | 'state' | 'reason'>[];
}

export function summaryOf({ from, to, conflicts, decisions }: ModuleUpdate): UpdateSummary {
  const brief = decisions.map(({ path, from: before, state, reason }) =>
    before === undefined ? { path, state, reason } : { path, from: before, state, reason },
  );
  return { from, to, conflicts, decisions: brief };
}

/** What is rendered: a module, or the host's own files. */
export interface RenderTarget {
  readonly section: 'module' | 'host' | 'attach';
  /** The data for its templates. */
  readonly context: object;
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  readonly replaced: Readonly<Record<string, string>>;
  /** The manifests of a module; absent for a host. */
  readonly edits?: Renders['edits'];
}

/** What a folder stores about its last render. */
export interface LastRender {
  readonly lock: Lock;
  readonly base: Tree;
  /** The manifest that the base was rendered from, if known. */
  readonly lastManifest: TreeFile | undefined;
}

/** Throws `base-lost`, `lock-invalid` or `lock-newer`. */
export async function readLastRender(folder: Tree, folderPath: string): Promise<LastRender> {
  const lock = await parseLock(textAt(folder, lockPath, folderPath), joined(folderPath, lockPath));
  const { base, manifest } = splitManifest(readBase(folder, folderPath));
  return { lock, base, lastManifest: manifest };
}

/** Merges a new render into a folder, including the lock and merge base. */
export function updateFolder(
  pack: Pack,
  { section, context, renames, replaced, edits }: RenderTarget,
  { lock, base, lastManifest }: LastRender,
  folder: Tree,
  folderPath: string,
  options: UpdateOptions,
): ModuleUpdate {
  assertPackMatches(lock, pack, folderPath);
  const { tree: theirs, sources } = renderPack(pack, section, context);
  const policies = new Map([...sources].map(([path, source]) => [path, source.policy]));
  // The merge base contains every file and would be mistaken for a renamed file.
  const mine = new Map(folder);
  for (const path of [lockPath, mergeBasePath]) mine.delete(path as RelPath);
  const merged = mergeTrees(base, mine, theirs, {
    ...options,
    policies,
    lastRender: edits && renderLast(edits),
    renames: renames.map(({ from, to }) => ({ from: fill(from, context), to: fill(to, context) })),
    replaced,
    records: lock.records,
    labels: { base: `base ${nameOf(lock.pack)}`, theirs: nameOf(pack.meta) },
  });
  const isBlocked = merged.conflicts.some(({ kind }) => kind === 'unresolved');
  const tree = new Map(merged.tree);
  const to = renderedBy(pack.meta, lock.pack);
  // Some files of an attachment are rendered only once: what they start with is not known later.
  const owned = new Set([...merged.records.owned, ...(section === 'attach' ? lock.records.owned : [])]);
  const records = { ...merged.records, owned: [...owned].sort(comparePaths) };
  tree.set(lockPath as RelPath, textFile(lockText(to, records, lock.host)));
  const rendered = new Map([...theirs].filter(([path]) => policies.get(path) === 'managed' && !owned.has(path)));
  const isChanged = !sameTree(base, rendered) || !sameAt(tree, folder, lockPath as RelPath);
  const manifest = isChanged || lastManifest === undefined ? manifestOf(section, folder) : lastManifest;
  tree.set(mergeBasePath as RelPath, textFile(mergeBaseText(rendered, manifest)));
  const isNewVersion = nameOf(lock.pack) !== nameOf(to);
  const renders = {
    base,
    edits,
    newVersion: isNewVersion ? nameOf(to) : undefined,
  };
  const conflicts = explainConflicts(merged.conflicts, folder, renders, nameOf(pack.meta));
  const result = isBlocked
    ? { ...merged, conflicts, tree: folder, removed: new Set<RelPath>() }
    : { ...merged, conflicts, tree };
  return {
    from: lock.pack,
    to,
    lastManifest: textIn(lastManifest),
    base,
    theirs,
    isBlocked,
    baseDifferences: () => findBaseDifferences(renders, theirs),
    ...result,
    decisions: withLeftovers(merged.decisions, mine, [base, theirs]),
  };
}

/** `mini@1.2.0`, or `acme@1.0.0 (fastify@2.1.0)` for a pack that extends another. */
export function nameOf({ name, version, base }: Lock['pack']): string {
  return `${name}@${version}${base === undefined ? '' : ` (${base.name}@${base.version})`}`;
}

/** A lock of an older tool has no checksum: that of another version is the first. */
function renderedBy({ name, version, base, checksum }: PackMeta, last: Lock['pack']): Lock['pack'] {
  const isKnown = last.checksum !== undefined || last.name !== name || last.version !== version;
  return {
    name,
    version,
    ...(base && { base: { name: base.name, version: base.version } }),
    ...(checksum !== undefined && isKnown && { checksum }),
  };
}

function manifestOf(section: RenderTarget['section'], folder: Tree): TreeFile | undefined {
  return section === 'module' ? folder.get(manifestPath) : undefined;
}

function textIn(file: TreeFile | undefined): string | undefined {
  return typeof file?.content === 'string' ? file.content : undefined;
}

function sameAt(a: Tree, b: Tree, path: RelPath): boolean {
  const [left, right] = [a.get(path), b.get(path)];
  return left !== undefined && right !== undefined && isUnchanged(path, left, right);
}

/** The merge base. If it contains git conflicts, either side is usable, because both were rendered. */
function readBase(folder: Tree, folderPath: string): Tree {
  const text = textAt(folder, mergeBasePath, folderPath);
  const texts = hasMarkers(text) ? (['mine', 'theirs'] as const).map((side) => pickSide(text, side)) : [text];
  // A render is never empty.
  const base = texts.map(parseMergeBase).find((tree) => tree !== undefined && tree.size > 0);
  if (!base) throw new Failure('base-lost', { file: joined(folderPath, mergeBasePath), reason: 'cannot be read' });
  return base;
}

function textAt(folder: Tree, path: string, folderPath: string): string {
  const text = textIn(folder.get(path as RelPath));
  if (text !== undefined) return text;
  throw new Failure('base-lost', { file: joined(folderPath, path), reason: 'is missing' });
}

/** A module may move from a pack to one that extends it. Throws `pack-other`, `pack-older` or `pack-changed`. */
function assertPackMatches({ pack: known }: Lock, { meta }: Pack, folderPath: string): void {
  const { base } = meta;
  if (known.name !== meta.name && known.name !== base?.name)
    throw new Failure('pack-other', { module: folderPath, pack: known.name, found: meta.name });
  const older = (last: Omit<Lock['pack'], 'base'>, found: string) => {
    if (compareVersions(last.version, found) > 0)
      throw new Failure('pack-older', { module: folderPath, pack: nameOf(last), found });
  };
  if (known.name === base?.name) older(known, base.version);
  else older({ name: known.name, version: known.version }, meta.version);
  if (known.base !== undefined && known.base.name === base?.name) older(known.base, base.version);
  assertSameContent(known, meta, folderPath);
}

/** Throws `pack-changed` if the pack has other files than the pack of this version that rendered the module. */
export function assertSameContent(known: Lock['pack'], meta: PackMeta, folderPath: string): void {
  const { name, version, checksum, stack = name, cachedIn } = meta;
  if (known.name !== name || known.version !== version || known.checksum === undefined || checksum === undefined)
    return;
  if (known.checksum === checksum) return;
  throw new Failure('pack-changed', { module: folderPath, pack: nameOf({ name, version }), stack, cachedIn });
}

export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function joined(folderPath: string, path: string): string {
  return folderPath === '' ? path : `${folderPath}/${path}`;
}

function fill(path: string, context: object): RelPath {
  return relPath(fillPlaceholders(path, context));
}

/** Whether the folder has a lock or a merge base, and so can be updated. */
export function isTracked(folder: ReadonlyMap<RelPath, TreeFile>): boolean {
  return folder.has(lockPath as RelPath) || folder.has(mergeBasePath as RelPath);
}
