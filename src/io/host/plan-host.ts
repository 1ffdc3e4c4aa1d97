import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath } from '../../core/tree/rel-path.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { nodeDisk } from '../fs/disk.ts';
import { readFileOf } from '../fs/read-tree.ts';

/**
 * Plans a new host. A missing target is created by one rename below its nearest existing parent. In an existing target
 * only new files are written; throws `target-not-empty` if a file exists and differs.
 */
export async function planHost(target: string, tree: Tree): Promise<{ readonly root: string; readonly plan: Plan }> {
  if (exists(target)) return { root: target, plan: await planInto(target, tree) };
  const root = nearestFolder(dirname(target));
  const parts = relative(root, target).split(sep);
  const placed: Tree = new Map([...tree].map(([path, file]) => [joinPath(...parts, path), file]));
  return { root, plan: planChanges(new Map(), placed, { newFolders: [joinPath(parts[0] as string)] }) };
}

async function planInto(target: string, tree: Tree): Promise<Plan> {
  assertFolder(target);
  const existing = await Promise.all(
    [...tree.keys()].map(async (path) => [path, await readFileOf(target, path)] as const),
  );
  const plan = planChanges(new Map(existing.flatMap(([path, file]) => (file ? [[path, file] as const] : []))), tree);
  const files = plan.changes.filter((change) => change.kind === 'update').map((change) => change.path);
  if (files.length > 0) throw new Failure('target-not-empty', { dir: target, files });
  return plan;
}

/** The nearest existing folder, from `path` upward. */
function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  assertFolder(folder);
  return folder;
}

/** Whether the folder is missing or empty. */
export function isEmptyFolder(path: string): boolean {
  return !existsSync(path) || readdirSync(path).length === 0;
}

/** A broken link exists; a path that cannot be accessed does not. */
function exists(path: string): boolean {
  try {
    return nodeDisk.look(path) !== undefined;
  } catch {
    return false;
  }
}

function assertFolder(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure('target-unusable', { path, reason: 'it is not a folder' });
}
