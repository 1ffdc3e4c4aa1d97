import { canonicalJson } from '../text/json-text.ts';
import { readPlainYaml } from '../yaml/fast.ts';
import { folderOf, type RelPath } from './rel-path.ts';
import { comparePaths, sameFile, type Tree, type TreeFile, withExistingEndings } from './tree.ts';

/** `before` is the expected content on disk. Applying a plan fails if the disk has changed. */
export type Change =
  | { readonly kind: 'create'; readonly path: RelPath; readonly after: TreeFile }
  | { readonly kind: 'update'; readonly path: RelPath; readonly before: TreeFile; readonly after: TreeFile }
  | { readonly kind: 'delete'; readonly path: RelPath; readonly before: TreeFile }
  | { readonly kind: 'keep'; readonly path: RelPath; readonly before: TreeFile };

/** The same object is shown, printed as JSON and applied. Changes are sorted by path, with one per path. */
export interface Plan {
  readonly changes: readonly Change[];
  /** Folders that must not exist yet. Each is created completely, with one rename. */
  readonly newFolders: readonly RelPath[];
}

/**
 * The difference between the current and the desired files. Differences in line endings only are ignored, and existing
 * files keep their line endings. Deletes only paths in `remove`: a path missing from `desired` is kept.
 */
export function planChanges(
  current: Tree,
  desired: Tree,
  options: { readonly remove?: ReadonlySet<RelPath>; readonly newFolders?: readonly RelPath[] } = {},
): Plan {
  const paths = [...new Set([...current.keys(), ...desired.keys()])].sort(comparePaths);
  const changes = paths.flatMap((path) => changeOf(path, current.get(path), desired.get(path), options.remove));
  return { changes, newFolders: [...(options.newFolders ?? [])].sort(comparePaths) };
}

function changeOf(
  path: RelPath,
  before: TreeFile | undefined,
  after: TreeFile | undefined,
  remove: ReadonlySet<RelPath> | undefined,
): Change[] {
  if (before && after)
    return isUnchanged(path, before, after)
      ? [{ kind: 'keep', path, before }]
      : [{ kind: 'update', path, before, after: withExistingEndings(before, after) }];
  if (after) return [{ kind: 'create', path, after }];
  if (before && remove?.has(path)) return [{ kind: 'delete', path, before }];
  return before ? [{ kind: 'keep', path, before }] : [];
}

/** Whether the files differ only in what git, editors and formatters decide. */
export function isUnchanged(path: RelPath, before: TreeFile, after: TreeFile): boolean {
  if (sameFile(before, after)) return true;
  const [a, b] = [before.content, after.content];
  return before.mode === after.mode && typeof a === 'string' && typeof b === 'string' && sameButForLayout(path, a, b);
}

export function isNoop(plan: Plan): boolean {
  return plan.changes.every((change) => change.kind === 'keep');
}

/** The innermost of `folders` around each changed file; `''` (the root) for a file outside of them. */
export function changedFolders(plan: Plan, folders: ReadonlySet<string>): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const { kind, path } of plan.changes) {
    if (kind === 'keep') continue;
    let folder = folderOf(path);
    while (folder !== '' && !folders.has(folder)) folder = folderOf(folder);
    changed.add(folder);
  }
  return changed;
}

/** Files of this tool that are compared by value, because formatters may change their layout. */
const readers: readonly (readonly [path: RegExp, read: (text: string) => { readonly value: unknown } | undefined])[] = [
  [/(^|\/)\.ai-module\/lock\.yaml$/, readPlainYaml],
  [/(^|\/)manifest\.schema\.json$/, (text) => ({ value: JSON.parse(text) })],
];

/** Whether two texts of such a file have the same value. Ignores quotes, indentation, comments and the order of keys. */
export function sameButForLayout(path: string, a: string, b: string): boolean {
  const read = readers.find(([pattern]) => pattern.test(path))?.[1];
  if (read === undefined) return false;
  try {
    const [left, right] = [a, b].map((text) =>
      read(
        text
          .replace(/^\ufeff/, '')
          .replaceAll('\r\n', '\n')
          .replace(/^---\n/, ''),
      ),
    );
    return left !== undefined && right !== undefined && canonicalJson(left.value) === canonicalJson(right.value);
  } catch {
    return false;
  }
}
