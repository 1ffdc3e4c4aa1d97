import { type RelPath, relPath } from '../tree/rel-path.ts';
import { comparePaths, sameFile, type Tree, type TreeFile, withExistingEndings } from '../tree/tree.ts';
import {
  type ConflictKind,
  type FileState,
  keepDeleted,
  type MergeFileOptions,
  mergeFile,
  type Outcome,
} from './files.ts';
import type { LineConflict } from './lines.ts';
import { type Rename, sidecarSuffix, type Track, trackFiles } from './tracks.ts';

/** What later updates must know about files and cannot detect. Kept in the lock file. */
export interface FileRecords {
  /** Deleted by the user, and not to be restored. */
  readonly deleted: readonly RelPath[];
  /** Removed from the pack and kept by the user. */
  readonly detached: readonly RelPath[];
  /** Moved by the user. */
  readonly moved: readonly Rename[];
  /** Written once. From then on they belong to the user. */
  readonly owned: readonly RelPath[];
}

export interface MergeTreesOptions extends MergeFileOptions {
  /** Policies of files in the new render; the default is `managed`. */
  readonly policies: ReadonlyMap<RelPath, 'managed' | 'draft' | 'owned' | 'generated'>;
  /** Files that the pack renamed. */
  readonly renames: readonly Rename[];
  readonly records: FileRecords;
  /** Deleted files to restore. */
  readonly restore: ReadonlySet<string>;
  /** The pack's render of the last manifest: drafts are in no merge base. Absent if the manifest did not change. */
  readonly lastRender?: Tree | undefined;
  /** Whether drafts of code stay as they are, even those without edits. */
  readonly keepsCode?: boolean;
  /** What replaces removed files, in a sentence: by their path, or by the path of a folder with a slash at its end. */
  readonly replaced?: Readonly<Record<string, string>>;
}

/** The three versions of a file in conflict; `undefined` where it does not exist. */
export interface ConflictSides {
  readonly base: TreeFile | undefined;
  readonly mine: TreeFile | undefined;
  readonly theirs: TreeFile | undefined;
}

export interface FileDecision extends Outcome {
  /** The new path of the file. */
  readonly path: RelPath;
  /** The current path, if it differs. */
  readonly from?: RelPath;
  readonly track: Track;
  /** For a conflict. */
  readonly sides?: ConflictSides;
}

export interface FileConflict {
  readonly path: RelPath;
  readonly kind: ConflictKind;
  /** 1-based lines in the merged file. */
  readonly lines: readonly number[];
  /** The lines of each side, for conflicts of lines. */
  readonly regions?: readonly LineConflict[];
  readonly reason: string;
  /** The path of the pack's version. */
  readonly sidecar?: RelPath;
  readonly sides?: ConflictSides;
}

export interface MergedTrees {
  /** One per file that the pack renders or rendered, sorted by path. */
  readonly decisions: readonly FileDecision[];
  /** The merged files, and all others of `mine`. */
  readonly tree: Tree;
  readonly removed: ReadonlySet<RelPath>;
  readonly conflicts: readonly FileConflict[];
  readonly records: FileRecords;
}

/** Merges the last render, the files on disk and the new render. The order of files makes no difference. */
export function mergeTrees(base: Tree, mine: Tree, theirs: Tree, given: MergeTreesOptions): MergedTrees {
  const policies = policiesKeepingOwned(base, given);
  const options = { ...given, policies, keepsCode: hasEditedDraft(mine, theirs, given) };
  const renames = { pack: options.renames, user: options.records.moved };
  const decisions = trackFiles(base, mine, theirs, renames)
    .map((track) => decide(track, { base, mine, theirs }, options))
    .filter(({ after, track }) => after || track.mine !== undefined || track.theirs !== undefined)
    .sort((a, b) => comparePaths(a.path, b.path));
  const tree = new Map(mine);
  const removed = new Set<RelPath>();
  for (const { path, from, after } of decisions) {
    const current = from ?? path;
    if ((!after || from !== undefined) && mine.has(current)) removed.add(current);
    if (!after || from !== undefined) tree.delete(current);
    if (after) tree.set(path, after);
  }
  for (const path of tree.keys()) removed.delete(path);
  const conflicts = decisions.flatMap((decision) => conflictOf(decision, tree));
  return { decisions, tree, removed, conflicts, records: recordsOf(decisions, options) };
}

/** Files that were once owned stay owned, even if the pack now manages them, because they have no merge base. */
function policiesKeepingOwned(base: Tree, { policies, records }: MergeTreesOptions): MergeTreesOptions['policies'] {
  const isTakenBack = (path: RelPath) => policies.has(path) && policies.get(path) !== 'draft' && !base.has(path);
  const owned = records.owned.filter(isTakenBack);
  return owned.length === 0 ? policies : new Map([...policies, ...owned.map((path) => [path, 'owned'] as const)]);
}

interface Trees {
  readonly base: Tree;
  readonly mine: Tree;
  readonly theirs: Tree;
}

function decide(track: Track, trees: Trees, options: MergeTreesOptions): FileDecision {
  const fileOf = (tree: Tree, path: RelPath | undefined) => (path === undefined ? undefined : tree.get(path));
  const [base, mine, theirs] = [
    fileOf(trees.base, track.base),
    fileOf(trees.mine, track.mine),
    fileOf(trees.theirs, track.theirs),
  ];
  const path = pathOf(track);
  const outcome = withEndings(mine, outcomeOf(path, base, mine, theirs, options));
  const isRenamed = track.mine !== undefined && track.mine !== path;
  const decision = {
    path,
    track,
    ...outcome,
    reason: theirs ? outcome.reason : withReplacement(path, outcome, options),
    ...(outcome.conflict && { sides: { base, mine, theirs } }),
  };
  return isRenamed ? { ...decision, from: track.mine } : decision;
}

/** The reason for a removed file, with what replaces it. */
function withReplacement(path: RelPath, { reason, state }: Outcome, { replaced = {}, records }: MergeTreesOptions) {
  if (state === 'detached' && records.detached.includes(path)) return reason;
  const sentence = sentenceFor(path, replaced);
  return sentence === undefined ? reason : `${reason}. ${sentence}`;
}

/** The sentence of a path in `replaced`, else of the innermost folder. */
export function sentenceFor(path: string, replaced: Readonly<Record<string, string>>): string | undefined {
  const place = Object.keys(replaced)
    .filter((key) => (key.endsWith('/') ? path.startsWith(key) : path === key))
    .sort((a, b) => b.length - a.length)[0];
  return place === undefined ? undefined : replaced[place];
}

/** Gives the merged file and the sidecar the line endings of `mine`. */
function withEndings(mine: TreeFile | undefined, outcome: Outcome): Outcome {
  if (!mine) return outcome;
  const { after, sidecar, ...rest } = outcome;
  return {
    ...rest,
    ...(after && { after: withExistingEndings(mine, after) }),
    ...(sidecar && { sidecar: withExistingEndings(mine, sidecar) }),
  };
}

/** The path that the user chose, else the path in the new render. */
function pathOf({ base, mine, theirs }: Track): RelPath {
  const isRenamedByUser = mine !== undefined && mine !== base;
  return (isRenamedByUser ? mine : (theirs ?? mine ?? base)) as RelPath;
}

function outcomeOf(
  path: RelPath,
  base: TreeFile | undefined,
  mine: TreeFile | undefined,
  theirs: TreeFile | undefined,
  options: MergeTreesOptions,
): Outcome {
  const { records, policies } = options;
  const policy = policies.get(path) ?? 'managed';
  if (!mine && theirs && options.restore.has(path)) return { state: 'outdated', after: theirs, reason: 'restored' };
  if (mine && records.detached.includes(path)) return { state: 'detached', after: mine, reason: 'your file' };
  if (theirs && policy === 'generated') {
    const state = mine && sameFile(mine, theirs) ? 'clean' : 'outdated';
    return { state, after: theirs, reason: 'always regenerated' };
  }
  if (theirs && policy === 'draft' && mine) return mergeDraft(path, mine, theirs, options);
  if (theirs && policy === 'owned' && mine) return { state: 'owned', after: mine, reason: owned };
  if (!mine && theirs && (records.deleted.includes(path) || records.owned.includes(path)))
    return keepDeleted(base, theirs);
  return mergeFile(path, base, mine, theirs, options);
}

const owned = 'your file since it was created';

/** The reason for a file of the user that the pack would now render differently. */
export const ownedAndChanged = 'your file; the template generates another version for this manifest';

/** A draft takes the new version until the user edits it. From then on it stays as it is. */
function mergeDraft(path: RelPath, mine: TreeFile, theirs: TreeFile, options: MergeTreesOptions): Outcome {
  const last = options.lastRender?.get(path);
  const kept: Outcome = { state: 'owned', after: mine, reason: owned };
  if (last === undefined || sameFile(last, theirs)) return kept;
  const { state, after, reason } = mergeFile(path, last, mine, theirs, options);
  if (state === 'clean') return kept;
  const isEdited = state !== 'outdated' || (options.keepsCode && isCode(path));
  return isEdited ? { ...kept, reason: ownedAndChanged } : { state, after, reason };
}

/** Whether the user edited a draft of code. The other drafts have to stay as well, because they import each other. */
function hasEditedDraft(mine: Tree, theirs: Tree, options: MergeTreesOptions): boolean {
  return [...(options.lastRender ?? [])].some(([path, last]) => {
    const [current, next] = [mine.get(path), theirs.get(path)];
    if (!isCode(path) || !current || !next || options.policies.get(path) !== 'draft') return false;
    return !['clean', 'outdated'].includes(mergeFile(path, last, current, next, options).state);
  });
}

function isCode(path: RelPath): boolean {
  return !path.endsWith('.md');
}

function conflictOf(
  { path, conflict, reason, sidecar, sides }: FileDecision,
  tree: Map<RelPath, TreeFile>,
): FileConflict[] {
  if (!conflict) return [];
  if (!sidecar) return [{ path, ...conflict, reason, ...(sides && { sides }) }];
  let sidecarPath = relPath(`${path}${sidecarSuffix}`);
  for (let number = 2; isDifferent(tree.get(sidecarPath), sidecar); number += 1)
    sidecarPath = relPath(`${path}.${number}${sidecarSuffix}`);
  tree.set(sidecarPath, sidecar);
  return [{ path, ...conflict, reason, sidecar: sidecarPath, ...(sides && { sides }) }];
}

function isDifferent(there: TreeFile | undefined, file: TreeFile): boolean {
  return there !== undefined && !sameFile(there, file);
}

function recordsOf(decisions: readonly FileDecision[], { policies, records }: MergeTreesOptions): FileRecords {
  const pathsOf = (state: FileState) => decisions.filter((one) => one.state === state).map(({ path }) => path);
  const existing = new Set(decisions.flatMap(({ path, after }) => (after ? [path] : [])));
  const moved = decisions.flatMap(({ track: { base, mine, theirs }, after }) => {
    const to = after && mine !== base && mine !== theirs ? mine : undefined;
    return to !== undefined && base !== undefined ? [{ from: theirs ?? base, to }] : [];
  });
  const decided = new Set(decisions.map(({ path }) => path));
  // Files that the pack no longer has are in no decision.
  const detached = [...records.detached.filter((path) => !decided.has(path)), ...pathsOf('detached')];
  const deleted = [...records.deleted.filter((path) => !existing.has(path)), ...pathsOf('deleted')];
  return {
    deleted: unique(deleted),
    detached: unique(detached),
    moved: moved.sort((a, b) => comparePaths(a.from, b.from)),
    owned: unique([...policies].filter(([, policy]) => policy === 'owned' || policy === 'draft').map(([path]) => path)),
  };
}

function unique(paths: readonly RelPath[]): RelPath[] {
  return [...new Set(paths)].sort(comparePaths);
}
