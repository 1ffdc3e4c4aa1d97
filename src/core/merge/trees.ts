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

/** What later updates must know and can see nowhere else; kept in the module's lock. */
export interface FileRecords {
  /** Deleted by the user; not to come back. */
  readonly deleted: readonly RelPath[];
  /** Once the pack's, now the user's. */
  readonly detached: readonly RelPath[];
  /** Moved by the user. */
  readonly moved: readonly Rename[];
  /** Written once for the user. */
  readonly owned: readonly RelPath[];
}

export interface MergeTreesOptions extends MergeFileOptions {
  /** For files of the new render; `managed` where nothing is said. */
  readonly policies: ReadonlyMap<RelPath, 'managed' | 'owned' | 'generated'>;
  /** What the pack moved. */
  readonly renames: readonly Rename[];
  readonly records: FileRecords;
  /** Deleted files to bring back. */
  readonly restore: ReadonlySet<string>;
}

export interface FileDecision extends Outcome {
  /** Where the file is to be. */
  readonly path: RelPath;
  /** Where it is now, if that is another place. */
  readonly from?: RelPath;
  readonly track: Track;
}

export interface FileConflict {
  readonly path: RelPath;
  readonly kind: ConflictKind;
  /** 1-based lines of the file as it will be. */
  readonly lines: readonly number[];
  /** What each side has at each of the lines, where it is lines that conflict. */
  readonly regions?: readonly LineConflict[];
  readonly reason: string;
  /** Where the pack's own version was put. */
  readonly sidecar?: RelPath;
}

export interface MergedTrees {
  /** One for each file that the pack renders or rendered, sorted by path. */
  readonly decisions: readonly FileDecision[];
  /** `mine` as it is to be. */
  readonly tree: Tree;
  readonly removed: ReadonlySet<RelPath>;
  readonly conflicts: readonly FileConflict[];
  readonly records: FileRecords;
}

/** The last render, the disk and the new render → what the disk is to be. Depends on no order of files. */
export function mergeTrees(base: Tree, mine: Tree, theirs: Tree, given: MergeTreesOptions): MergedTrees {
  const options = { ...given, policies: policiesKeepingOwned(base, given) };
  const moves = { pack: options.renames, user: options.records.moved };
  const decisions = trackFiles(base, mine, theirs, moves)
    .map((track) => decide(track, { base, mine, theirs }, options))
    .filter(({ after, track }) => after || track.mine !== undefined || track.theirs !== undefined)
    .sort((a, b) => comparePaths(a.path, b.path));
  const tree = new Map(mine);
  const removed = new Set<RelPath>();
  for (const { path, from, after } of decisions) {
    const place = from ?? path;
    if ((!after || from !== undefined) && mine.has(place)) removed.add(place);
    if (!after || from !== undefined) tree.delete(place);
    if (after) tree.set(path, after);
  }
  for (const path of tree.keys()) removed.delete(path);
  const conflicts = decisions.flatMap((decision) => conflictOf(decision, tree));
  return { decisions, tree, removed, conflicts, records: recordsOf(decisions, options) };
}

/** What was once written for the user stays the user's, also where the pack would manage it now: it has no base. */
function policiesKeepingOwned(base: Tree, { policies, records }: MergeTreesOptions): MergeTreesOptions['policies'] {
  const owned = records.owned.filter((path) => policies.has(path) && !base.has(path));
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
  const path = placeOf(track);
  const outcome = inEndingsOf(mine, outcomeOf(path, base, mine, theirs, options));
  const isMoved = track.mine !== undefined && track.mine !== path;
  return isMoved ? { path, from: track.mine, track, ...outcome } : { path, track, ...outcome };
}

/** What is written where `mine` is, or beside it, has its line endings. */
function inEndingsOf(mine: TreeFile | undefined, outcome: Outcome): Outcome {
  if (!mine) return outcome;
  const { after, sidecar, ...rest } = outcome;
  return {
    ...rest,
    ...(after && { after: withExistingEndings(mine, after) }),
    ...(sidecar && { sidecar: withExistingEndings(mine, sidecar) }),
  };
}

/** Where the user put it; else where the pack has it now. */
function placeOf({ base, mine, theirs }: Track): RelPath {
  const isMovedByUser = mine !== undefined && mine !== base;
  return (isMovedByUser ? mine : (theirs ?? mine ?? base)) as RelPath;
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
  if (mine && records.detached.includes(path)) return { state: 'detached', after: mine, reason: 'yours' };
  if (theirs && policy === 'generated') {
    const state = mine && sameFile(mine, theirs) ? 'clean' : 'outdated';
    return { state, after: theirs, reason: 'always as the pack renders it' };
  }
  if (theirs && policy === 'owned' && mine)
    return { state: 'owned', after: mine, reason: 'yours since it was written' };
  if (!mine && theirs && (records.deleted.includes(path) || records.owned.includes(path)))
    return keepDeleted(base, theirs);
  return mergeFile(path, base, mine, theirs, options);
}

function conflictOf({ path, conflict, reason, sidecar }: FileDecision, tree: Map<RelPath, TreeFile>): FileConflict[] {
  if (!conflict) return [];
  if (!sidecar) return [{ path, ...conflict, reason }];
  let place = relPath(`${path}${sidecarSuffix}`);
  for (let number = 2; isDifferent(tree.get(place), sidecar); number += 1)
    place = relPath(`${path}.${number}${sidecarSuffix}`);
  tree.set(place, sidecar);
  return [{ path, ...conflict, reason, sidecar: place }];
}

function isDifferent(there: TreeFile | undefined, file: TreeFile): boolean {
  return there !== undefined && !sameFile(there, file);
}

function recordsOf(decisions: readonly FileDecision[], { policies, records }: MergeTreesOptions): FileRecords {
  const pathsOf = (state: FileState) => decisions.filter((one) => one.state === state).map(({ path }) => path);
  const isThere = new Set(decisions.flatMap(({ path, after }) => (after ? [path] : [])));
  const moved = decisions.flatMap(({ track: { base, mine, theirs }, after }) => {
    const to = after && mine !== base && mine !== theirs ? mine : undefined;
    return to !== undefined && base !== undefined ? [{ from: theirs ?? base, to }] : [];
  });
  const deleted = [...records.deleted.filter((path) => !isThere.has(path)), ...pathsOf('deleted')];
  return {
    deleted: unique(deleted),
    detached: unique(pathsOf('detached')),
    moved: moved.sort((a, b) => comparePaths(a.from, b.from)),
    owned: unique([...policies].filter(([, policy]) => policy === 'owned').map(([path]) => path)),
  };
}

function unique(paths: readonly RelPath[]): RelPath[] {
  return [...new Set(paths)].sort(comparePaths);
}
