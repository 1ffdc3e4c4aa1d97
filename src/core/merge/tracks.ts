import type { RelPath } from '../tree/rel-path.ts';
import { sameContent, sortedPaths, type Tree, type TreeFile, textOf } from '../tree/tree.ts';

/** The paths of one file in the last render, on disk and in the new render; `undefined` where it does not exist. */
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
  /** Declared by the pack. */
  readonly pack: readonly Rename[];
  /** Detected in earlier updates. */
  readonly user: readonly Rename[];
}

/** Appended to the name of a file that cannot be merged, for the pack's version. */
export const sidecarSuffix = '.new';

/** Matches the files of three trees: by name, by known renames, then by content. */
export function trackFiles(base: Tree, mine: Tree, theirs: Tree, renames: Renames): Track[] {
  const packRenames = new Map([...applicable(base, mine, theirs, renames.pack)].map(({ from, to }) => [from, to]));
  const removed = sortedPaths(base).filter((path) => !theirs.has(path) && !packRenames.has(path));
  const targets = new Set(packRenames.values());
  const added = sortedPaths(theirs).filter((path) => !base.has(path) && !targets.has(path) && !mine.has(path));
  for (const { from, to } of pairSimilar(base, removed, theirs, added)) packRenames.set(from, to);

  const renamed = new Set(packRenames.values());
  const tracks: Track[] = [
    ...sortedPaths(base).map((path) => {
      const to = theirs.has(path) ? path : packRenames.get(path);
      return {
        base: path,
        mine: mine.has(path) ? path : to !== undefined && mine.has(to) ? to : undefined,
        theirs: to,
      };
    }),
    ...sortedPaths(theirs)
      .filter((path) => !base.has(path) && !renamed.has(path))
      .map((path) => ({ mine: mine.has(path) ? path : undefined, theirs: path })),
  ];
  return followUser(tracks, base, mine, theirs, renames.user);
}

function applicable(base: Tree, mine: Tree, theirs: Tree, renames: readonly Rename[]): Rename[] {
  const isTaken = ({ from, to }: Rename) => mine.has(from) && mine.has(to);
  return renames.filter(
    (one) => base.has(one.from) && !theirs.has(one.from) && theirs.has(one.to) && !base.has(one.to) && !isTaken(one),
  );
}

/** Finds missing files among the unknown ones, because the user may have renamed them. */
function followUser(tracks: Track[], base: Tree, mine: Tree, theirs: Tree, known: readonly Rename[]): Track[] {
  const missing = tracks.flatMap((track) => (track.base !== undefined && track.mine === undefined ? [track.base] : []));
  if (missing.length === 0) return tracks;
  const unknown = sortedPaths(mine).filter(
    (path) => !base.has(path) && !theirs.has(path) && !path.endsWith(sidecarSuffix),
  );
  const found = new Map(
    known.filter(({ from, to }) => missing.includes(from) && unknown.includes(to)).map(({ from, to }) => [from, to]),
  );
  for (const path of missing) {
    const respelled = unknown.find((other) => other.normalize('NFC') === path.normalize('NFC'));
    if (respelled !== undefined) found.set(path, respelled);
  }
  const left = unknown.filter((path) => ![...found.values()].includes(path));
  const stillMissing = missing.filter((path) => !found.has(path));
  for (const { from, to } of pairSimilar(base, stillMissing, mine, left)) found.set(from, to);
  return tracks.map((track) => {
    const place = track.base === undefined ? undefined : found.get(track.base);
    return track.mine === undefined && place !== undefined ? { ...track, mine: place } : track;
  });
}

/** Pairs of similar files. Skips files that resemble more than one other. */
function pairSimilar(before: Tree, removed: readonly RelPath[], after: Tree, added: readonly RelPath[]): Rename[] {
  if (removed.length === 0 || added.length === 0) return [];
  const pairs = removed.flatMap((from) =>
    added
      .filter((to) => isSimilar(before.get(from) as TreeFile, after.get(to) as TreeFile))
      .map((to) => ({ from, to })),
  );
  return pairs.filter(
    ({ from, to }) =>
      pairs.filter((pair) => pair.from === from).length === 1 && pairs.filter((pair) => pair.to === to).length === 1,
  );
}

/** The least share of common lines for two versions of one file. */
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
