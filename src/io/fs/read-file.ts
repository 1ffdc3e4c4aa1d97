import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import type { FileMode, TreeFile } from '../../core/tree/tree.ts';
import { codeOf, isDiskError, reasonOf } from './disk-error.ts';

/** The read size for pipes and devices. */
const chunkSize = 65_536;

/**
 * Reads a file's content and mode. All input files are read through this function. Reads pipes to their end, but never
 * more than `limit` bytes. Throws `file-unreadable` and `file-too-large`.
 */
export function readFile(path: string, limit = Number.POSITIVE_INFINITY): TreeFile {
  try {
    const file = openSync(path, 'r');
    try {
      const stats = fstatSync(file);
      const bytes = readFrom(file, stats.isFile() ? stats.size : undefined, limit);
      const size = Math.max(bytes.length, stats.isFile() ? stats.size : 0);
      if (size > limit) throw new Failure('file-too-large', { file: path, bytes: size, limit });
      return { content: contentOf(bytes), mode: modeOf(stats.mode) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure('file-unreadable', { file: path, reason: reasonOf(error) }, error);
  }
}

/** The text of a file. Throws the failures of `readFile`, and `encoding-unsupported`. */
export function readText(path: string, limit?: number): string {
  return textOf(path, readFile(path, limit).content);
}

/** The text of a file; `undefined` if there is no such file. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readText(path);
  } catch (error) {
    const code = codeOf((error as Error).cause);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

/** Throws `encoding-unsupported` if the content is not UTF-8 text; `file` is for the message. */
export function textOf(file: string, content: TreeFile['content']): string {
  const isWide = isUtf16(content);
  if (typeof content === 'string' && !isWide) return content;
  const reason = isWide ? 'it is UTF-16 text' : 'it is not UTF-8 text';
  throw new Failure('encoding-unsupported', { file, reason });
}

/** Checks the byte order mark, else the zero bytes of two leading ASCII characters: those are also valid UTF-8. */
function isUtf16(content: TreeFile['content']): boolean {
  const [a, b, c, d] = typeof content === 'string' ? [0, 1, 2, 3].map((at) => content.charCodeAt(at)) : content;
  if (content.length < 4) return false;
  const hasMark = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  return hasMark || (a !== 0 && b === 0 && c !== 0 && d === 0) || (a === 0 && b !== 0 && c === 0 && d !== 0);
}

/** A string, including any byte order mark, if the bytes are UTF-8; else the bytes. */
export function contentOf(bytes: Uint8Array): TreeFile['content'] {
  const { buffer, byteOffset, byteLength } = bytes;
  return isUtf8(bytes)
    ? Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
    : new Uint8Array(buffer, byteOffset, byteLength);
}

/** Reads a regular file in one call; anything else to its end or one byte beyond the limit. */
function readFrom(file: number, size: number | undefined, limit: number): Uint8Array {
  if (size !== undefined) {
    const bytes = Buffer.allocUnsafe(Math.min(size, limit));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, null));
  }
  const chunks: Buffer[] = [];
  for (let total = 0; total <= limit; ) {
    const chunk = Buffer.alloc(Math.min(chunkSize, limit + 1 - total));
    const read = readSync(file, chunk, 0, chunk.length, null);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    total += read;
  }
  return Buffer.concat(chunks);
}

function modeOf(mode: number): FileMode {
  return (mode & 0o100) !== 0 && process.platform !== 'win32' ? 0o755 : 0o644;
}
