import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConflictSides } from '../../core/merge/trees.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import { type TreeFile, withExistingEndings } from '../../core/tree/tree.ts';

/** A file in conflict, by its path in the host. */
export interface ConflictedFile extends ConflictSides {
  readonly path: RelPath;
}

interface IndexEntry {
  readonly mode: string;
  readonly object: string;
  readonly stage: number;
}

/** A file whose entry in git's index is replaced by the stages of a conflict. The path starts at the top of the repository. */
export interface StagedConflict {
  readonly path: string;
  readonly before: IndexEntry;
  readonly stages: readonly IndexEntry[];
}

/**
 * The stages 1 (merge base), 2 (yours) and 3 (theirs) for files in conflict, as after a merge in git. Writes only
 * objects. Leaves out files that git does not track or that have staged changes, which the stages would drop. Returns
 * nothing without git, without a commit, or during a merge or rebase.
 */
export function planStages(root: string, files: readonly ConflictedFile[]): readonly StagedConflict[] {
  if (files.length === 0) return [];
  const place = git(root, ['rev-parse', '--is-inside-work-tree', '--show-prefix', '--git-dir', '--show-toplevel']);
  const [isInside, prefix = '', folder = '', top = ''] = place?.toString().split('\n') ?? [];
  if (isInside !== 'true' || isBusy(resolve(root, folder))) return [];
  const changed = git(root, ['diff', '--cached', '--name-only', '--no-renames', '-z', 'HEAD', '--']);
  const index = indexOf(top);
  if (changed === undefined || index === undefined) return [];
  const staged = new Set(changed.toString().split('\0'));
  return files.flatMap(({ path: inHost, base, mine, theirs }) => {
    const path = `${prefix}${inHost}`;
    const [before, ...more] = index.get(path) ?? [];
    if (before === undefined || more.length > 0 || before.stage !== 0 || staged.has(path) || !mine) return [];
    const stages = [base, mine, theirs].map((file, at) =>
      file === undefined ? undefined : entryOf(top, path, withExistingEndings(mine, file), at + 1),
    );
    if (stages.includes(null)) return [];
    return [{ path, before, stages: stages.filter((one): one is IndexEntry => Boolean(one)) }];
  });
}

/** Puts the stages into the index. Skips files whose entry has changed meanwhile. Returns the paths, or why it failed. */
export function writeStages(root: string, conflicts: readonly StagedConflict[]): readonly string[] | Error {
  return replaceEntries(
    root,
    conflicts.map(({ path, before, stages }) => ({ path, from: [before], to: stages })),
  );
}

/** Takes the stages out of the index, except for files that were added since. */
export function removeStages(root: string, conflicts: readonly StagedConflict[]): readonly string[] | Error {
  return replaceEntries(
    root,
    conflicts.map(({ path, before, stages }) => ({ path, from: stages, to: [before] })),
  );
}

interface Replacement {
  readonly path: string;
  readonly from: readonly IndexEntry[];
  readonly to: readonly IndexEntry[];
}

function replaceEntries(root: string, all: readonly Replacement[]): readonly string[] | Error {
  const top = all.length === 0 ? undefined : git(root, ['rev-parse', '--show-toplevel'])?.toString().trimEnd();
  const index = top === undefined ? undefined : indexOf(top);
  if (top === undefined || index === undefined) return [];
  const current = all.filter(({ path, from }) => textOf(path, index.get(path) ?? []) === textOf(path, from));
  if (current.length === 0) return [];
  const lines = current.map(({ path, from, to }) => {
    const none = { mode: '0', object: '0'.repeat(from[0]?.object.length ?? 40), stage: 0 };
    return textOf(path, [none, ...to]);
  });
  const { status, stderr } = spawnSync('git', ['update-index', '-z', '--index-info'], {
    cwd: top,
    input: lines.join(''),
    encoding: 'utf8',
  });
  return status === 0 ? current.map(({ path }) => path) : new Error(stderr.trim().split('\n')[0]);
}

/** The lines of `git update-index -z --index-info`. */
function textOf(path: string, entries: readonly IndexEntry[]): string {
  return entries.map(({ mode, object, stage }) => `${mode} ${object} ${stage}\t${path}\0`).join('');
}

/** The entries of regular files by their paths. Leaves out those with a flag such as skip-worktree. */
function indexOf(top: string): ReadonlyMap<string, readonly IndexEntry[]> | undefined {
  const listed = git(top, ['ls-files', '--stage', '-v', '-z']);
  if (listed === undefined) return undefined;
  const index = new Map<string, IndexEntry[]>();
  for (const line of listed.toString().split('\0')) {
    const match = /^[HM] (100644|100755) ([0-9a-f]+) ([0-3])\t(.+)$/s.exec(line);
    if (!match) continue;
    const [, mode = '', object = '', stage = '', path = ''] = match;
    index.set(path, [...(index.get(path) ?? []), { mode, object, stage: Number(stage) }]);
  }
  return index;
}

/** Stores a version as git would add it, and returns its entry; `null` if git refuses. */
function entryOf(top: string, path: string, { content, mode }: TreeFile, stage: number): IndexEntry | null {
  const object = git(top, ['hash-object', '-w', '--stdin', `--path=${path}`], Buffer.from(content));
  return object === undefined
    ? null
    : { mode: mode === 0o755 ? '100755' : '100644', object: object.toString().trim(), stage };
}

/** Whether git is in the middle of an operation that has conflicts of its own. */
function isBusy(gitFolder: string): boolean {
  return ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'].some((name) =>
    existsSync(join(gitFolder, name)),
  );
}

function git(cwd: string, args: readonly string[], input?: Buffer): Buffer | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd, maxBuffer: 2 ** 30, ...(input && { input }) });
  return status === 0 ? stdout : undefined;
}
