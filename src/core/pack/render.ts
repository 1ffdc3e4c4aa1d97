import { Failure } from '../failure.ts';
import { foldCase, folderOf, invalidPathReason, type RelPath } from '../tree/rel-path.ts';
import type { Tree, TreeFile } from '../tree/tree.ts';
import type { Pack, PackFile, Section } from './pack.ts';

export interface Rendered {
  readonly tree: Tree;
  /** Which file of the pack made a path. */
  readonly sources: ReadonlyMap<RelPath, PackFile>;
}

/** One section of a pack as files. The same pack and context give the same bytes, on any machine. */
export function renderPack(pack: Pack, section: Section, context: object): Rendered {
  const tree = new Map<RelPath, TreeFile>();
  const sources = new Map<RelPath, PackFile>();
  const claims = new PathClaims<PackFile>();
  for (const file of pack.files[section]) {
    if (!holds(file.when, context)) continue;
    const path = targetPath(pack, file, context);
    const other = claims.claim(path, file);
    if (other) throw invalid(pack, file, `${other.source} makes ${path} as well, at least where case does not count`);
    const content = typeof file.content === 'function' ? file.content(context) : file.content;
    tree.set(path, { content, mode: file.mode });
    sources.set(path, file);
  }
  return { tree, sources };
}

function targetPath(pack: Pack, file: PackFile, context: object): RelPath {
  const path = fillPlaceholders(file.target, context);
  const reason = path.includes('{{') ? 'nothing is known by the name in its braces' : invalidPathReason(path);
  if (reason !== undefined) throw invalid(pack, file, `its path ${JSON.stringify(path)} is refused: ${reason}`);
  return path as RelPath;
}

/** `{{name}}` in a path or in an argument of a command: a plain value of the context, nothing else. */
export function fillPlaceholders(text: string, context: object): string {
  return text.replace(/\{\{([A-Za-z_.]+)\}\}/g, (whole, path: string) => {
    const value = lookUp(context, path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
}

function holds(when: PackFile['when'], context: object): boolean {
  return Object.entries(when).every(([path, wanted]) => {
    const value = lookUp(context, path);
    if (typeof wanted !== 'boolean') return value === wanted;
    return wanted === (Array.isArray(value) ? value.length > 0 : Boolean(value));
  });
}

function lookUp(context: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], context);
}

function invalid(pack: Pack, file: PackFile, reason: string): Failure {
  return new Failure('pack-invalid', { pack: pack.meta.name, file: file.source, reason });
}

/**
 * Remembers who makes which path, and finds whoever makes the same one: also where only the case of letters differs,
 * which is one file on two of three operating systems, and where one path would have to be a folder of the other.
 */
export class PathClaims<Owner> {
  readonly #files = new Map<string, Owner>();
  readonly #folders = new Map<string, Owner>();

  /** The owner that `path` collides with; `undefined` when there is none and the path is claimed. */
  claim(path: string, owner: Owner): Owner | undefined {
    const key = foldCase(path);
    const folders = foldersAbove(key);
    let other = this.#files.get(key) ?? this.#folders.get(key);
    for (const folder of folders) other ??= this.#files.get(folder);
    if (other !== undefined) return other;
    this.#files.set(key, owner);
    for (const folder of folders) this.#folders.set(folder, owner);
    return undefined;
  }
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  return folders;
}
