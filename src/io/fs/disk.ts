import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf, isDiskError } from './disk-error.ts';

/** The metadata of a path. Symbolic links are not followed. */
export interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modified: number;
}

export interface WriteOptions {
  /** For a new file; the umask applies. */
  readonly mode?: number;
  /** For a replacement: the exact permission bits and owner of the old file. */
  readonly like?: { readonly mode: number; readonly uid: number; readonly gid: number };
  /** Fsync before returning. */
  readonly durable?: boolean;
}

/**
 * The operations needed to write safely. They are synchronous: twenty small files take two milliseconds, and each
 * step is either done or not. Tests use an implementation that fails or exits at step k.
 */
export interface Disk {
  look(path: string): Entry | undefined;
  realPath(path: string): string;
  read(path: string): Uint8Array;
  list(folder: string): readonly string[];
  /** Fails if the path exists. */
  write(path: string, content: string | Uint8Array, options: WriteOptions): void;
  makeFolder(path: string): void;
  link(path: string, newPath: string): void;
  rename(from: string, to: string): void;
  removeFile(path: string): void;
  /** Fails unless the folder is empty. */
  removeFolder(path: string): void;
}

export const nodeDisk: Disk = {
  look: (path) => {
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats && entryOf(stats);
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  realPath: (path) => realpathSync.native(path),
  read: (path) => readFileSync(path),
  list: (folder) => readdirSync(folder),
  write: (path, content, options) => {
    if (!options.like && !options.durable) {
      writeFileSync(path, content, { flag: 'wx', mode: options.mode ?? 0o600 });
      return;
    }
    const file = openSync(path, 'wx', options.mode ?? 0o600);
    try {
      writeFileSync(file, content);
      if (options.like) copyOwnership(file, options.like);
      if (options.durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  makeFolder: (path) => {
    mkdirSync(path);
  },
  link: linkSync,
  rename: (from, to) => withRetries(() => renameSync(from, to)),
  removeFile: (path) => withRetries(() => unlinkSync(path)),
  removeFolder: (path) => withRetries(() => rmdirSync(path)),
};

function entryOf(stats: Stats): Entry {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  const { mode, uid, gid } = stats;
  return { kind, mode: mode & 0o7777, uid, gid, size: stats.size, modified: stats.mtimeMs };
}

function copyOwnership(file: number, like: { mode: number; uid: number; gid: number }): void {
  try {
    fchownSync(file, like.uid, like.gid);
  } catch {
    // Only root can change the owner. Otherwise the new file belongs to the user, as with any editor.
  }
  fchmodSync(file, like.mode);
}

/** On Windows a virus scanner or an indexer may lock a new file for some milliseconds. */
function withRetries(step: () => void): void {
  for (let tries = 0; ; tries += 1) {
    try {
      step();
      return;
    } catch (error) {
      const isTransient = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '');
      if (process.platform !== 'win32' || !isTransient || tries === 20) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}

/** Removes a file if it exists. */
export function removeFileIfThere(disk: Disk, path: string): void {
  ignoringCodes(['ENOENT', 'ENOTDIR'], () => disk.removeFile(path));
}

/** Removes a folder if it is empty. */
export function removeFolderIfEmpty(disk: Disk, path: string): void {
  ignoringCodes(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EBUSY'], () => disk.removeFolder(path));
}

/** Removes a file, or a folder with its contents. Does not follow links. */
export function removeTree(disk: Disk, path: string): void {
  const kind = disk.look(path)?.kind;
  if (kind === 'folder') {
    for (const name of disk.list(path)) removeTree(disk, join(path, name));
    disk.removeFolder(path);
  } else if (kind !== undefined) disk.removeFile(path);
}

/** For cleanup that must not turn a success into a failure: tries twice, then leaves it to the next run. */
export function attempt(step: () => void): boolean {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      step();
      return true;
    } catch (error) {
      if (!isDiskError(error)) throw error;
    }
  }
  return false;
}

function ignoringCodes(codes: readonly string[], step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  }
}
