import { spawnSync } from 'node:child_process';
import { lockPath, pristinePath } from '../core/lock/lock.ts';
import { readPristine } from '../core/lock/pristine.ts';
import { mergeLines } from '../core/text/line-merge.ts';
import type { RelPath } from '../core/text/rel-path.ts';
import { type Tree, textFile } from '../core/tree/tree.ts';

/**
 * Restores a missing or damaged merge base from git: during an unfinished merge from both sides, else from the index or
 * the last commit. Returns the folder unchanged if git has no usable base.
 */
export function withBaseFromGit(root: string, folder: Tree): { readonly folder: Tree; readonly isHealed: boolean } {
  const place = pristinePath as RelPath;
  const text = folder.get(place)?.content;
  const isUsable = typeof text === 'string' && /^(<<<<<<< .*\r?\n)?-- "/.test(text);
  if (isUsable || !folder.has(lockPath as RelPath)) return { folder, isHealed: false };
  const found = fromMerge(root) ?? [':0', 'HEAD'].map((stage) => show(root, stage)).find(isBase);
  if (found === undefined) return { folder, isHealed: false };
  return { folder: new Map([...folder, [place, textFile(found)]]), isHealed: true };
}

function fromMerge(root: string): string | undefined {
  const [base, mine, theirs] = [':1', ':2', ':3'].map((stage) => show(root, stage));
  if (base === undefined || mine === undefined || theirs === undefined) return isBase(mine) ? mine : undefined;
  const { text } = mergeLines(base, mine, theirs, { labels: { base: '', theirs: '' }, conflicts: 'mine' });
  return isBase(text) ? text : mine;
}

function isBase(text: string | undefined): text is string {
  return text !== undefined && text !== '' && readPristine(text) !== undefined;
}

function show(root: string, stage: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['show', `${stage}:./${pristinePath}`], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? stdout : undefined;
}
