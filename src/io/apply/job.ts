import { dirname } from 'node:path/posix';
import type { WriteOptions } from '../fs/disk.ts';
import { type CheckedChange, isExecutable } from './check-plan.ts';
import { type Journal, type Move, stagingPath } from './journal.ts';

/** A file to write under a temporary name. */
export interface StagedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly options: WriteOptions;
  /** The final path, for messages. */
  readonly target: string;
}

/** A checked plan as steps: the files to stage first, and the journal of the moves that make them visible. */
export interface Job {
  readonly journal: Journal;
  /** Folders inside a staged folder, outermost first. */
  readonly stagedFolders: readonly string[];
  readonly stagedFiles: readonly StagedFile[];
  /** Whether existing files are replaced or deleted: then new content must be fsynced before the old is removed. */
  readonly isDurable: boolean;
}

// New files first, then the files that refer to them: a host in watch mode never sees a reference to a missing file.
const order = ['folder', 'create', 'update', 'delete'];

export function makeJob(changes: readonly CheckedChange[], run: string, rootFolders: number): Job {
  const sorted = [...changes].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const steps = sorted.map((change, index) => stepOf(change, run, index));
  const folders = [...new Set(changes.flatMap((change) => change.place.missing))].sort((a, b) => a.length - b.length);
  const stagedFiles = steps.flatMap((step) => step.staged);
  return {
    journal: { version: 1, pid: process.pid, rootFolders, folders, moves: steps.map((step) => step.move) },
    stagedFiles,
    stagedFolders: [...new Set(steps.flatMap((step) => step.folders))],
    isDurable: changes.some((change) => change.kind === 'update' || change.kind === 'delete'),
  };
}

interface Step {
  readonly move: Move;
  readonly staged: readonly StagedFile[];
  readonly folders: readonly string[];
}

function stepOf(change: CheckedChange, run: string, index: number): Step {
  const target = change.place.path;
  const folder = target.includes('/') ? dirname(target) : '';
  const staged = stagingPath(folder, run, index, 'new');
  const backup = stagingPath(folder, run, index, 'old');
  if (change.kind === 'delete') return { move: { kind: 'remove', target, backup }, staged: [], folders: [] };
  if (change.kind === 'folder') return folderStep(change, target, staged);
  const { content } = change.after;
  if (change.kind === 'create') {
    const file = { path: staged, content, target, options: { mode: newMode(change.after.mode) } };
    return { move: { kind: 'add', target, staged }, staged: [file], folders: [] };
  }
  const like = { ...change.now, mode: changedMode(change.now.mode, change.after.mode) };
  const file = { path: staged, content, target, options: { like, durable: true } };
  return { move: { kind: 'replace', target, staged, backup }, staged: [file], folders: [] };
}

function folderStep(change: CheckedChange & { kind: 'folder' }, target: string, staged: string): Step {
  const folders = new Set([staged]);
  const stagedFiles = change.files.map(({ name, after }) => {
    const parts = name.split('/').slice(0, -1);
    parts.forEach((_, depth) => {
      folders.add([staged, ...parts.slice(0, depth + 1)].join('/'));
    });
    const options = { mode: newMode(after.mode) };
    return { path: `${staged}/${name}`, content: after.content, target: `${target}/${name}`, options };
  });
  return { move: { kind: 'add', target, staged }, staged: stagedFiles, folders: [...folders] };
}

/** Readable and writable as far as the umask allows. */
function newMode(mode: number): number {
  return isExecutable(mode) ? 0o777 : 0o666;
}

/** The file's current permissions, with the executable bits cleared, or set wherever the read bit is set. */
function changedMode(now: number, after: number): number {
  if (isExecutable(now) === isExecutable(after)) return now;
  return isExecutable(after) ? now | ((now & 0o444) >> 2) : now & ~0o111;
}
