import type { RelPath } from '../tree/rel-path.ts';
import { comparePaths, type Tree, type TreeFile } from '../tree/tree.ts';
import { hasUnresolved, unresolvedLines } from './markers.ts';
import { sidecarSuffix } from './tracks.ts';
import type { FileDecision } from './trees.ts';

/** The beginning of the reason for a file that an earlier conflict left beside another. */
export const otherVersion = 'a generated version of ';

/** The file that `path` was written beside, after a conflict; `undefined` if it is not such a file. */
export function originalOf(path: string, exists: (path: string) => boolean): string | undefined {
  if (!path.endsWith(sidecarSuffix)) return undefined;
  const original = path.slice(0, -sidecarSuffix.length);
  return [original, original.replace(/\.\d+$/, '')].find(exists);
}

const code = /\.(?:[cm]?[jt]sx?|py|json|ya?ml|toml|sql|css|html)$/;

/** Whether markers in the file are certainly a conflict. A document of the user may explain them. */
export function mayHaveConflict(path: string): boolean {
  return code.test(path);
}

/** Whether the text of such a file has markers. */
export function isUnresolved(path: string, text: string): boolean {
  return mayHaveConflict(path) && text.includes('<<<<<<< ') && unresolvedLines(text).length > 0;
}

/**
 * The decisions, with what earlier conflicts left: files with markers that no merge looks at, such as drafts, and
 * generated versions beside a file.
 */
export function withLeftovers(
  decisions: readonly FileDecision[],
  mine: Tree,
  renders: readonly Tree[],
): readonly FileDecision[] {
  const known = new Map(decisions.map((one) => [one.from ?? one.path, one]));
  const found = [...mine].flatMap(([path, file]) => {
    const original = originalOf(path, (one) => known.has(one as RelPath) && mine.has(one as RelPath));
    if (original !== undefined)
      return [leftover(path, file, `${otherVersion}${original}: take what you need from it, then delete it`)];
    const decision = known.get(path);
    if (decision?.state === 'conflict' || (decision === undefined && !mayHaveConflict(path))) return [];
    const expected = Math.max(0, ...renders.map((tree) => markersIn(tree.get(path))));
    if (markersIn(file) <= expected) return [];
    return [decision ? { ...decision, state: 'conflict' as const, reason: hasUnresolved } : leftover(path, file)];
  });
  if (found.length === 0) return decisions;
  const replaced = new Set(found.map(({ path }) => path));
  return [...decisions.filter(({ path }) => !replaced.has(path)), ...found].sort((a, b) =>
    comparePaths(a.path, b.path),
  );
}

function leftover(path: RelPath, after: TreeFile, reason = hasUnresolved): FileDecision {
  return { path, track: { mine: path }, state: 'conflict', after, reason };
}

function markersIn(file: TreeFile | undefined): number {
  const text = file?.content;
  return typeof text === 'string' && text.includes('<<<<<<< ') ? unresolvedLines(text).length : 0;
}
