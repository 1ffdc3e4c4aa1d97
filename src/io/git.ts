import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockPath, mergeBasePath } from '../core/lock/lock.ts';
import { parseMergeBase } from '../core/lock/merge-base.ts';
import { type MergeParts, mergeLines } from '../core/merge/lines.ts';
import { readMarkers } from '../core/merge/markers.ts';
import type { RelPath } from '../core/tree/rel-path.ts';
import { type Tree, textFile } from '../core/tree/tree.ts';

/** `user.name` from the git configuration that applies in `cwd`; `undefined` if git or the setting is missing. */
export async function readGitAuthor(cwd: string): Promise<string | undefined> {
  // Loaded lazily: most scripts pass the author as a flag.
  const { execFile } = await import('node:child_process');
  return new Promise((done) => {
    execFile('git', ['config', 'user.name'], { cwd, timeout: 2_000, windowsHide: true }, (error, stdout) => {
      const name = stdout.trim();
      done(error || name === '' ? undefined : name);
    });
  });
}

/** Whether a folder is in a git repository and has uncommitted changes. */
export function hasChanges(root: string): boolean {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '--', '.'], { cwd: root, encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '';
}

/**
 * Restores a missing or damaged merge base from git: during an unfinished merge from both sides, else from the index or
 * the last commit. Returns the folder unchanged if git has no usable base.
 */
export function withBaseFromGit(root: string, folder: Tree): { readonly folder: Tree; readonly isRestored: boolean } {
  const basePath = mergeBasePath as RelPath;
  const text = folder.get(basePath)?.content;
  const isUsable = typeof text === 'string' && /^(<<<<<<< .*\r?\n)?-- "/.test(text);
  if (isUsable || !folder.has(lockPath as RelPath)) return { folder, isRestored: false };
  const found = fromMerge(root) ?? [':0', 'HEAD'].map((stage) => show(root, stage)).find(isBase);
  if (found === undefined) return { folder, isRestored: false };
  return { folder: new Map([...folder, [basePath, textFile(found)]]), isRestored: true };
}

function fromMerge(root: string): string | undefined {
  const [base, mine, theirs] = [':1', ':2', ':3'].map((stage) => show(root, stage));
  if (base === undefined || mine === undefined || theirs === undefined) return isBase(mine) ? mine : undefined;
  const { text } = mergeLines(base, mine, theirs, { labels: { base: '', theirs: '' }, conflicts: 'mine' });
  return isBase(text) ? text : mine;
}

function isBase(text: string | undefined): text is string {
  return text !== undefined && text !== '' && parseMergeBase(text) !== undefined;
}

function show(root: string, stage: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['show', `${stage}:./${mergeBasePath}`], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? stdout : undefined;
}

/** Longer than any conflict marker that a file may contain. */
const markerSize = 60;

/** Merges with `git merge-file`, for input that the built-in merge needs minutes for; `undefined` without git. */
export const mergeWithGit: MergeParts = (base, mine, theirs) => {
  const folder = mkdtempSync(join(tmpdir(), 'create-ai-module-merge-'));
  try {
    const files = Object.entries({ mine, base, theirs }).map(([name, lines]) => {
      const file = join(folder, name);
      writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
      return file;
    });
    const args = ['merge-file', '-p', '--diff3', `--marker-size=${markerSize}`, ...files];
    const { status, stdout } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 30, timeout: 60_000 });
    if (status === null || status > 127) return undefined;
    return readMarkers(stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n'), markerSize);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
