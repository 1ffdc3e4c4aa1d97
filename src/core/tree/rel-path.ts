import { Failure } from '../failure.ts';

declare const brand: unique symbol;
/** A path relative to a root: with forward slashes, without `..`, and valid on every operating system. */
export type RelPath = string & { readonly [brand]: true };

const windowsDevice = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
const illegalCharacter = /[<>:"|?*\\\u0000-\u001f\u007f]|\p{Surrogate}/u;

/** Throws `path-invalid`, with the reason, if the path is not a RelPath. */
export function relPath(path: string): RelPath {
  const reason = invalidPathReason(path);
  if (reason !== undefined) throw new Failure('path-invalid', { path, reason });
  return path as RelPath;
}

const known = new Set<string>();

/** Why a path is not a RelPath; `undefined` if it is one. */
export function invalidPathReason(path: string): string | undefined {
  if (known.has(path)) return undefined;
  const reason = findReason(path);
  // All modules of a host have the same few paths.
  if (reason === undefined && known.size < 1000) known.add(path);
  return reason;
}

function findReason(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path)) return 'it is absolute';
  for (const segment of path.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has the segment ${segment}`;
    if (illegalCharacter.test(segment)) return 'it has a character that is illegal in file names';
    if (/[. ]$/.test(segment)) return 'a segment ends with a dot or a space';
    if (windowsDevice.test(segment)) return `${segment} is a device name on Windows`;
    if (segment.length > 85 && bytesOf(segment) > 255) return 'a segment is longer than 255 bytes';
    if (segment.toLowerCase() === '.git') return "it is in git's own folder, where files are run";
  }
  return undefined;
}

/** The length of a name in UTF-8. */
function bytesOf(name: string): number {
  return encodeURIComponent(name).replace(/%../g, '.').length;
}

export function joinPath(...parts: readonly string[]): RelPath {
  return relPath(parts.filter((part) => part !== '').join('/'));
}

/** The parent folder of a path; `''` for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

const isPlain = /^[ -~]*$/;

/**
 * Maps paths that are the same file on case-insensitive file systems to the same text. Skips normalizing for ASCII,
 * because its first call takes a millisecond.
 */
export function foldCase(path: string): string {
  return (isPlain.test(path) ? path : path.normalize('NFC')).toLowerCase();
}

/** The relative import specifier from a folder to a file; both paths are relative to the same root. */
export function relativeTo(fromFolder: string, target: string): string {
  const from = fromFolder === '' ? [] : fromFolder.split('/');
  const to = target.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1;
  const up = from.length - shared;
  return `${up === 0 ? './' : '../'.repeat(up)}${to.slice(shared).join('/')}`;
}
