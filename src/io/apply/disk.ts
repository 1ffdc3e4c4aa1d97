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
import { codeOf } from './disk-error.ts';

/** What one look at a path tells; a symbolic link is looked at, not followed. */
export interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modified: number;
}

export interface WriteOptions {
  /** For a new file: narrowed by the umask, as for any file a program makes. */
  readonly mode?: number;
  /** For a file that replaces another: its permission bits and owner, exactly. */
  readonly like?: { readonly mode: number; readonly uid: number; readonly gid: number };
  /** Reach the platter before returning. */
  readonly durable?: boolean;
}

/**
 * The operations that writing safely is made of. Synchronous: twenty small files take two milliseconds this way, and a
 * step is either done or not. Tests put a disk behind it that fails or dies at step k.
 */
export interface Disk {
  look(path: string): Entry | undefined;
  realPath(path: string): string;
  read(path: string): Uint8Array;
  list(folder: string): readonly string[];
  /** Fails when the path exists. */
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
  rename: (from, to) => withPatience(() => renameSync(from, to)),
  removeFile: (path) => withPatience(() => unlinkSync(path)),
  removeFolder: (path) => withPatience(() => rmdirSync(path)),
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
    // Only root may give files away; the file is then the user's own, as with any editor.
  }
  fchmodSync(file, like.mode);
}

/** On Windows a virus scanner or an indexer may hold a fresh file for some milliseconds. */
function withPatience(step: () => void): void {
  for (let tries = 0; ; tries += 1) {
    try {
      step();
      return;
    } catch (error) {
      const passing = ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '');
      if (process.platform !== 'win32' || !passing || tries === 20) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}
