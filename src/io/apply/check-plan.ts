import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Change, Plan } from '../../core/tree/plan.ts';
import { foldCase, folderOf, invalidPathReason, type RelPath } from '../../core/tree/rel-path.ts';
import type { TreeFile } from '../../core/tree/tree.ts';
import { confine, type Place } from '../fs/confine.ts';
import type { Disk, Entry } from '../fs/disk.ts';
import { stateFolder } from '../fs/read-tree.ts';

/** A change with its resolved location. All files of a new folder form one change. */
export type CheckedChange =
  | { readonly kind: 'folder'; readonly place: Place; readonly files: readonly NewFile[] }
  | { readonly kind: 'create'; readonly place: Place; readonly after: TreeFile }
  | { readonly kind: 'update'; readonly place: Place; readonly after: TreeFile; readonly now: Entry }
  | { readonly kind: 'delete'; readonly place: Place };

export interface NewFile {
  /** Relative to the new folder. */
  readonly name: string;
  readonly after: TreeFile;
}

/** Throws unless the disk still matches what the plan expects, byte for byte, and every path stays inside `root`. */
export function checkPlan(disk: Disk, root: string, plan: Plan): CheckedChange[] {
  assertNoCollisions(plan);
  const folders = plan.newFolders.filter((path) => folderAbove(path, plan.newFolders) === undefined);
  const whole = folders.flatMap((path) => checkFolder(disk, root, path, plan));
  const single = plan.changes.filter((change) => change.kind !== 'create' || !folderAbove(change.path, folders));
  return [...whole, ...single.flatMap((change) => checkChange(disk, root, change))];
}

function folderAbove(path: string, folders: readonly RelPath[]): RelPath | undefined {
  return folders.find((folder) => path.startsWith(`${folder}/`));
}

function checkFolder(disk: Disk, root: string, path: RelPath, plan: Plan): CheckedChange[] {
  const files = plan.changes.flatMap((change) =>
    change.kind === 'create' && change.path.startsWith(`${path}/`)
      ? [{ name: change.path.slice(path.length + 1), after: change.after }]
      : [],
  );
  if (files.length === 0) return [];
  const place = confine(disk, root, path);
  if (place.entry?.kind === 'folder') throw new Failure('plan-is-stale', { path });
  assertNoEntry(path, place.entry);
  return [{ kind: 'folder', place, files }];
}

function checkChange(disk: Disk, root: string, change: Change): CheckedChange[] {
  if (change.kind === 'keep') return [];
  const { path } = change;
  const place = confine(disk, root, path);
  if (place.entry?.kind !== 'file') assertNoEntry(path, place.entry);
  if (change.kind === 'create') {
    if (place.entry) throw new Failure('plan-is-stale', { path });
    return [{ kind: 'create', place, after: change.after }];
  }
  const now = place.entry;
  if (!now || !isUnchanged(disk, join(root, place.path), now, change.before))
    throw new Failure('plan-is-stale', { path });
  return [change.kind === 'delete' ? { kind: 'delete', place } : { kind: 'update', place, after: change.after, now }];
}

function assertNoEntry(path: string, entry: Entry | undefined): void {
  if (!entry) return;
  const names = {
    file: 'it is a file',
    folder: 'it is a folder',
    link: 'it is a symbolic link',
    other: 'it is not a regular file',
  };
  throw new Failure('target-unusable', { path, reason: names[entry.kind] });
}

function isUnchanged(disk: Disk, path: string, now: Entry, before: TreeFile): boolean {
  // Windows has no executable bit.
  if (process.platform !== 'win32' && isExecutable(now.mode) !== isExecutable(before.mode)) return false;
  return Buffer.compare(disk.read(path), bytesOf(before)) === 0;
}

export function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}

function bytesOf(file: TreeFile): Buffer {
  return Buffer.from(file.content as string);
}

/** Rejects names that differ in case only, which some file systems cannot hold, and a path that is file and folder. */
function assertNoCollisions(plan: Plan): void {
  const kept = plan.changes.filter((change) => change.kind !== 'delete').map((change) => change.path);
  const files = new Set<string>(kept);
  const spellings = new Map<string, string>();
  for (const { path, kind } of plan.changes) {
    const problem =
      path.split('/')[0] === stateFolder ? `${stateFolder} is reserved for unfinished runs` : invalidPathReason(path);
    if (problem !== undefined) throw new Failure('path-invalid', { path, reason: problem });
    if (kind === 'delete') continue;
    for (let part: string = path; part !== ''; part = folderOf(part)) {
      const folded = foldCase(part);
      const other = spellings.get(folded) ?? part;
      if (other !== part) throw new Failure('path-invalid', { path, reason: `it differs from ${other} in case only` });
      spellings.set(folded, part);
      if (part !== path && files.has(part)) throw new Failure('target-unusable', { path, reason: `${part} is a file` });
    }
  }
}
