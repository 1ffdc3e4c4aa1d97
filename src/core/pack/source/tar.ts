import { fromLatin1 } from '../../text/bytes.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { foldCase, invalidPathReason } from '../../tree/rel-path.ts';

/** A file of an archive. */
export interface ArchivedFile {
  readonly path: RelPath;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

export const archiveLimits = { files: 5000, bytes: 50_000_000 } as const;

const block = 512;

/**
 * The files of an npm package, from the bytes of its tar archive, without the folder that npm puts them in. Throws an error
 * with the reason for an archive that is damaged, too large, or has links or paths that leave the folder.
 */
export function filesOfPackage(tar: Uint8Array): ArchivedFile[] {
  const files: ArchivedFile[] = [];
  const seen = new Set<string>();
  let total = 0;
  for (const { path, type, bytes, mode } of entriesOf(tar)) {
    if (type === '5') continue;
    if (type !== '0' && type !== '\0') throw new Error(`${shown(path)} is not a regular file, but ${kindOf(type)}`);
    const inside = path.slice(path.indexOf('/') + 1);
    const reason = path.includes('/') ? invalidPathReason(inside) : 'it is outside of the package';
    if (reason !== undefined || path.startsWith('/') || path.startsWith('..'))
      throw new Error(`the path ${shown(path)} is refused: ${reason ?? 'it leaves the package'}`);
    if (seen.has(foldCase(inside))) throw new Error(`it has the path ${shown(inside)} twice`);
    seen.add(foldCase(inside));
    total += bytes.length;
    if (seen.size > archiveLimits.files) throw new Error(`it has more than ${archiveLimits.files} files`);
    if (total > archiveLimits.bytes) throw new Error(`its files have more than ${archiveLimits.bytes} bytes`);
    files.push({ path: inside as RelPath, bytes, isExecutable: (mode & 0o111) !== 0 });
  }
  if (files.length === 0) throw new Error('it has no files');
  return files;
}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** The entries with the long names of GNU and of pax. */
function* entriesOf(tar: Uint8Array): Generator<Entry> {
  let longPath: string | undefined;
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return;
    assertChecksum(header);
    const size = octal(header, 124, 12);
    const bytes = tar.subarray(at + block, at + block + size);
    if (bytes.length !== size) throw new Error('it ends in the middle of a file');
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'g') continue;
    if (type === 'x') {
      longPath = paxPath(bytes) ?? longPath;
      continue;
    }
    if (type === 'L') {
      longPath = textIn(bytes);
      continue;
    }
    const prefix = textIn(header.subarray(345, 500));
    const name = textIn(header.subarray(0, 100));
    yield { path: longPath ?? (prefix === '' ? name : `${prefix}/${name}`), type, mode: octal(header, 100, 8), bytes };
    longPath = undefined;
  }
}

function assertChecksum(header: Uint8Array): void {
  let sum = 0;
  for (const [at, byte] of header.entries()) sum += at >= 148 && at < 156 ? 32 : byte;
  if (sum !== octal(header, 148, 8)) throw new Error('it is not a tar archive, or damaged');
}

function octal(header: Uint8Array, from: number, length: number): number {
  const digits = /^[\s\0]*([0-7]*)/.exec(fromLatin1(header.subarray(from, from + length)))?.[1] ?? '';
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** The path in a pax header, whose records are `<length> <key>=<value>\n`. */
function paxPath(bytes: Uint8Array): string | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(fromLatin1(bytes.subarray(at, at + 10)), 10);
    if (!(length > 0)) return undefined;
    const record = textIn(bytes.subarray(at, at + length))
      .replace(/^\d+ /, '')
      .replace(/\n$/, '');
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return undefined;
}

/** The UTF-8 text up to the first zero byte. */
function textIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = fromLatin1(end === -1 ? bytes : bytes.subarray(0, end));
  try {
    return decodeURIComponent(
      text.replace(/[%\u0080-\u00ff]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
  } catch {
    throw new Error('it has a path that is not UTF-8');
  }
}

function kindOf(type: string): string {
  return type === '1' || type === '2' ? 'a link' : 'something else';
}

function shown(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}
