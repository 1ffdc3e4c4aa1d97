import type { RelPath } from '../tree/rel-path.ts';
import { sameContent, sortedPaths, type Tree, type TreeFile, textOf } from '../tree/tree.ts';

/** One file through time: where it is in the last render, on disk and in the new render, if it is there. */
export interface Track {
  readonly base?: RelPath | undefined;
  readonly mine?: RelPath | undefined;
  readonly theirs?: RelPath | undefined;
}

export interface Rename {
  readonly from: RelPath;
  readonly to: RelPath;
}

export interface Renames {
  /** What the pack says it moved. */
  readonly pack: readonly Rename[];
  /** What the user was seen to have moved before. */
  readonly user: readonly Rename[];
}

/** Where the pack's version goes that cannot be merged: beside the user's. */
export const sidecarSuffix = '.new';

/** Which file of each tree is which of the others: by name, by the moves that are known, then by what is in them. */
export function trackFiles(base: Tree, mine: Tree, theirs: Tree, moves: Renames): Track[] {
  const packMoves = new Map([...listed(base, mine, theirs, moves.pack)].map(({ from, to }) => [from, to]));
  const gone = sortedPaths(base).filter((path) => !theirs.has(path) && !packMoves.has(path));
  const taken = new Set(packMoves.values());
  const fresh = sortedPaths(theirs).filter((path) => !base.has(path) && !taken.has(path) && !mine.has(path));
  for (const { from, to } of pairSimilar(base, gone, theirs, fresh)) packMoves.set(from, to);

  const moved = new Set(packMoves.values());
  const tracks: Track[] = [
    ...sortedPaths(base).map((path) => {
      const to = theirs.has(path) ? path : packMoves.get(path);
      return {
        base: path,
        mine: mine.has(path) ? path : to !== undefined && mine.has(to) ? to : undefined,
        theirs: to,
      };
    }),
    ...sortedPaths(theirs)
      .filter((path) => !base.has(path) && !moved.has(path))
      .map((path) => ({ mine: mine.has(path) ? path : undefined, theirs: path })),
  ];
  return followUser(tracks, base, mine, theirs, moves.user);
}

function listed(base: Tree, mine: Tree, theirs: Tree, moves: readonly Rename[]): Rename[] {
  const isTaken = ({ from, to }: Rename) => mine.has(from) && mine.has(to);
  return moves.filter(
    (move) =>
      base.has(move.from) && !theirs.has(move.from) && theirs.has(move.to) && !base.has(move.to) && !isTaken(move),
  );
}

/** A file that is missing may be one that nobody knows, under another name. */
function followUser(tracks: Track[], base: Tree, mine: Tree, theirs: Tree, known: readonly Rename[]): Track[] {
  const missing = tracks.flatMap((track) => (track.base !== undefined && track.mine === undefined ? [track.base] : []));
  if (missing.length === 0) return tracks;
  const strange = sortedPaths(mine).filter(
    (path) => !base.has(path) && !theirs.has(path) && !path.endsWith(sidecarSuffix),
  );
  const found = new Map(
    known.filter(({ from, to }) => missing.includes(from) && strange.includes(to)).map(({ from, to }) => [from, to]),
  );
  for (const path of missing) {
    const respelled = strange.find((other) => other.normalize('NFC') === path.normalize('NFC'));
    if (respelled !== undefined) found.set(path, respelled);
  }
  const left = strange.filter((path) => ![...found.values()].includes(path));
  const lost = missing.filter((path) => !found.has(path));
  for (const { from, to } of pairSimilar(base, lost, mine, left)) found.set(from, to);
  return tracks.map((track) => {
    const place = track.base === undefined ? undefined : found.get(track.base);
    return track.mine === undefined && place !== undefined ? { ...track, mine: place } : track;
  });
}

/** Pairs in which each is the only one that resembles the other. */
function pairSimilar(before: Tree, gone: readonly RelPath[], after: Tree, fresh: readonly RelPath[]): Rename[] {
  if (gone.length === 0 || fresh.length === 0) return [];
  const pairs = gone.flatMap((from) =>
    fresh
      .filter((to) => isSimilar(before.get(from) as TreeFile, after.get(to) as TreeFile))
      .map((to) => ({ from, to })),
  );
  return pairs.filter(
    ({ from, to }) =>
      pairs.filter((pair) => pair.from === from).length === 1 && pairs.filter((pair) => pair.to === to).length === 1,
  );
}

/** Less than this in common, and two files are two files. */
const minSimilarity = 0.6;

function isSimilar(a: TreeFile, b: TreeFile): boolean {
  if (sameContent(a.content, b.content)) return a.content.length > 0;
  const [left, right] = [linesOf(a), linesOf(b)];
  if (left.length < 3 || right.length < 3) return false;
  const counts = new Map<string, number>();
  for (const line of left) counts.set(line, (counts.get(line) ?? 0) + 1);
  let both = 0;
  for (const line of right) {
    const count = counts.get(line) ?? 0;
    if (count > 0) both += 1;
    counts.set(line, count - 1);
  }
  return (2 * both) / (left.length + right.length) >= minSimilarity;
}

function linesOf(file: TreeFile): string[] {
  return (textOf(file.content) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
