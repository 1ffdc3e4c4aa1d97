import { type RelPath, relPath } from '../tree/rel-path.ts';
import { comparePaths, inPlaceOf, sameFile, type Tree, type TreeFile } from '../tree/tree.ts';
import {
  type ConflictKind,
  type FileState,
  type MergeFileOptions,
  mergeFile,
  type Outcome,
  staysDeleted,
} from './files.ts';
import type { LineConflict } from './lines.ts';
import { besideEnding, type Move, type Track, trackFiles } from './tracks.ts';

/** What later updates must know and can see nowhere else; kept in the module's lock. */
export interface Remembered {
  /** Deleted by the user; not to come back. */
  readonly deleted: readonly RelPath[];
  /** Once the pack's, now the user's. */
  readonly detached: readonly RelPath[];
  /** Moved by the user. */
  readonly moved: readonly Move[];
  /** Written once for the user. */
  readonly owned: readonly RelPath[];
}

export interface MergeTreesOptions extends MergeFileOptions {
  /** For files of the new render; `managed` where nothing is said. */
  readonly policies: ReadonlyMap<RelPath, 'managed' | 'owned' | 'generated'>;
  /** What the pack moved. */
  readonly renames: readonly Move[];
  readonly remembered: Remembered;
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
  readonly remembered: Remembered;
}

/** The last render, the disk and the new render → what the disk is to be. Depends on no order of files. */
export function mergeTrees(base: Tree, mine: Tree, theirs: Tree, given: MergeTreesOptions): MergedTrees {
  const options = { ...given, policies: keepingOwned(base, given) };
  const moves = { pack: options.renames, user: options.remembered.moved };
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
  return { decisions, tree, removed, conflicts, remembered: remember(decisions, options) };
}

/** What was once written for the user stays the user's, also where the pack would manage it now: it has no base. */
function keepingOwned(base: Tree, { policies, remembered }: MergeTreesOptions): MergeTreesOptions['policies'] {
  const owned = remembered.owned.filter((path) => policies.has(path) && !base.has(path));
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
    ...(after && { after: inPlaceOf(mine, after) }),
    ...(sidecar && { sidecar: inPlaceOf(mine, sidecar) }),
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
  const { remembered, policies } = options;
  const policy = policies.get(path) ?? 'managed';
  if (!mine && theirs && options.restore.has(path)) return { state: 'outdated', after: theirs, reason: 'restored' };
  if (mine && remembered.detached.includes(path)) return { state: 'detached', after: mine, reason: 'your file' };
  if (theirs && policy === 'generated') {
    const state = mine && sameFile(mine, theirs) ? 'clean' : 'outdated';
    return { state, after: theirs, reason: 'always regenerated' };
  }
  if (theirs && policy === 'owned' && mine)
    return { state: 'owned', after: mine, reason: 'your file since it was created' };
  if (!mine && theirs && (remembered.deleted.includes(path) || remembered.owned.includes(path)))
    return staysDeleted(base, theirs);
  return mergeFile(path, base, mine, theirs, options);
}

function conflictOf({ path, conflict, reason, sidecar }: FileDecision, tree: Map<RelPath, TreeFile>): FileConflict[] {
  if (!conflict) return [];
  if (!sidecar) return [{ path, ...conflict, reason }];
  let place = relPath(`${path}${besideEnding}`);
  for (let number = 2; isOther(tree.get(place), sidecar); number += 1)
    place = relPath(`${path}.${number}${besideEnding}`);
  tree.set(place, sidecar);
  return [{ path, ...conflict, reason, sidecar: place }];
}

function isOther(there: TreeFile | undefined, file: TreeFile): boolean {
  return there !== undefined && !sameFile(there, file);
}

function remember(decisions: readonly FileDecision[], { policies, remembered }: MergeTreesOptions): Remembered {
  const pathsOf = (state: FileState) => decisions.filter((one) => one.state === state).map(({ path }) => path);
  const isThere = new Set(decisions.flatMap(({ path, after }) => (after ? [path] : [])));
  const moved = decisions.flatMap(({ track: { base, mine, theirs }, after }) => {
    const to = after && mine !== base && mine !== theirs ? mine : undefined;
    return to !== undefined && base !== undefined ? [{ from: theirs ?? base, to }] : [];
  });
  const deleted = [...remembered.deleted.filter((path) => !isThere.has(path)), ...pathsOf('deleted')];
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
