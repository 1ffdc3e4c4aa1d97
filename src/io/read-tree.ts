import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { type RelPath, whyNotRelPath } from '../core/text/rel-path.ts';
import { comparePaths, type FileMode, type Tree, type TreeFile } from '../core/tree/tree.ts';
import { confine } from './apply/confine.ts';
import { nodeDisk } from './apply/disk.ts';
import { isDiskError, reasonOf } from './apply/disk-error.ts';
import { stateFolder } from './apply/host-lock.ts';

/** Folders that hold no source: what tools put there comes back by itself. */
export const ignoredFolders: ReadonlySet<string> = new Set([
  '.git',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.venv',
  '__pycache__',
  'node_modules',
  stateFolder,
]);

/**
 * Every file below `root`, sorted by path; an empty tree where `root` does not exist. Links are not followed, and names
 * that another operating system could not hold are left out: no plan may name them either.
 */
export async function readTree(root: string, options: { readonly ignore?: ReadonlySet<string> } = {}): Promise<Tree> {
  const paths: RelPath[] = [];
  const ignore = options.ignore ?? ignoredFolders;
  if (statSync(root, { throwIfNoEntry: false })) collect(root, '', ignore, paths);
  return new Map(paths.sort(comparePaths).map((path) => [path, readOne(join(root, path))]));
}

function collect(root: string, folder: string, ignore: ReadonlySet<string>, paths: RelPath[]): void {
  for (const entry of refusing(join(root, folder), (path) => readdirSync(path, { withFileTypes: true }))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !ignore.has(entry.name)) collect(root, path, ignore, paths);
    if (entry.isFile() && whyNotRelPath(path) === undefined) paths.push(path as RelPath);
  }
}

/** One file below `root`, `undefined` where there is none. Refuses a link as `applyPlan` would. */
export async function readFileOf(root: string, path: RelPath): Promise<TreeFile | undefined> {
  if (!statSync(root, { throwIfNoEntry: false })) return undefined;
  const real = realpathSync.native(root);
  const place = confine(nodeDisk, real, path);
  if (place.entry === undefined) return undefined;
  if (place.entry.kind !== 'file') throw new Failure('target-unusable', { path, reason: 'it is not a regular file' });
  return readOne(join(real, place.path));
}

function readOne(path: string): TreeFile {
  return refusing(path, () => {
    const file = openSync(path, 'r');
    try {
      const { size, mode } = fstatSync(file);
      const bytes = Buffer.allocUnsafe(size);
      return { content: contentOf(bytes.subarray(0, readSync(file, bytes, 0, size, null))), mode: modeOf(mode) };
    } finally {
      closeSync(file);
    }
  });
}

/** A string when the bytes are UTF-8, byte order mark and all; else the bytes. */
export function contentOf(bytes: Uint8Array): string | Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  return isUtf8(bytes)
    ? Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
    : new Uint8Array(buffer, byteOffset, byteLength);
}

function modeOf(mode: number): FileMode {
  return (mode & 0o100) !== 0 && process.platform !== 'win32' ? 0o755 : 0o644;
}

function refusing<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(file: string, error: unknown): unknown {
  return isDiskError(error) ? new Failure('file-unreadable', { file, reason: reasonOf(error) }, error) : error;
}

/**
 * The text of a file that the user named, which may be a pipe. Never holds more than `limit` bytes, whatever it is.
 */
export async function readText(file: string, limit: number): Promise<string> {
  return textOfBytes(
    file,
    await readUpTo(file, limit).catch((error: unknown) => {
      throw unreadable(file, error);
    }),
  );
}

/** Throws `encoding-unsupported` where the bytes are no text; `file` is what they are of. */
export function textOfBytes(file: string, bytes: Uint8Array): string {
  const content = contentOf(bytes);
  const isWide = isUtf16(bytes);
  if (typeof content === 'string' && !isWide) return content;
  const reason = isWide ? 'it is UTF-16 text' : 'it is not UTF-8 text';
  throw new Failure('encoding-unsupported', { file, reason });
}

/** By the byte order mark; without one, by the zero bytes of two ASCII characters at the start, which are valid UTF-8. */
function isUtf16(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  if (bytes.length < 4) return false;
  const hasMark = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  return hasMark || (a !== 0 && b === 0 && c !== 0 && d === 0) || (a === 0 && b !== 0 && c === 0 && d !== 0);
}

/** Longer texts than this are not read at once. */
const maxSmall = 65_536;

/**
 * The text of a regular file of `size` bytes, in one call of the system's: thousands are read one by one. `undefined` for
 * what is large, cannot be read or may be no text: `readText` says what is wrong.
 */
export function readSmall(file: string, size: number | undefined): string | undefined {
  if (size === undefined || size > maxSmall) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    // What is not UTF-8 has become that; UTF-16 has zero bytes.
    const isSuspect = text.includes('\ufffd') || text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0;
    return isSuspect ? undefined : text;
  } catch {
    return undefined;
  }
}

async function readUpTo(file: string, limit: number): Promise<Uint8Array> {
  const { open } = await import('node:fs/promises');
  const handle = await open(file);
  try {
    const stats = await handle.stat();
    const size = stats.isFile() ? stats.size : 0;
    if (size > limit) throw new Failure('file-too-large', { file, bytes: size, limit });
    const bytes = await drain(handle, limit + 1);
    if (bytes.length > limit) throw new Failure('file-too-large', { file, bytes: bytes.length, limit });
    return bytes;
  } finally {
    await handle.close();
  }
}

async function drain(handle: FileHandle, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let total = 0; total < most; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(65_536, most - total)), 0, null, null);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(chunks);
}
