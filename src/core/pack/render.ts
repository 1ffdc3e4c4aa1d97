import { Failure } from '../failure.ts';
import { foldCase, folderOf, invalidPathReason, type RelPath } from '../tree/rel-path.ts';
import type { Tree, TreeFile } from '../tree/tree.ts';
import type { Pack, PackFile, Policy, Section } from './pack.ts';

export interface Rendered {
  readonly tree: Tree;
  /** The pack's file that each path was rendered from. */
  readonly sources: ReadonlyMap<RelPath, PackFile>;
}

/** Renders one section of a pack. The same pack and context give the same bytes. */
export function renderPack(pack: Pack, section: Section, context: object): Rendered {
  const tree = new Map<RelPath, TreeFile>();
  const sources = new Map<RelPath, PackFile>();
  const claims = new PathClaims<PackFile>();
  for (const file of pack.files[section]) {
    if (!isIncluded(file.when, context)) continue;
    const path = targetPath(pack, file, context);
    const other = claims.claim(path, file);
    if (other)
      throw invalid(pack, file, `${other.source} also renders ${path}, at least on a case-insensitive file system`);
    const content = typeof file.content === 'function' ? file.content(context) : file.content;
    tree.set(path, { content, mode: file.mode });
    sources.set(path, file);
  }
  return { tree, sources };
}

/** The rendered files that have one of the policies. */
export function filesWithPolicy({ tree, sources }: Rendered, ...policies: Policy[]): Tree {
  return new Map([...tree].filter(([path]) => policies.includes(sources.get(path)?.policy ?? 'managed')));
}

function targetPath(pack: Pack, file: PackFile, context: object): RelPath {
  const path = fillPlaceholders(file.target, context);
  const reason = path.includes('{{') ? 'the name in its braces is unknown' : invalidPathReason(path);
  if (reason !== undefined) throw invalid(pack, file, `its path ${JSON.stringify(path)} is refused: ${reason}`);
  return path as RelPath;
}

/** Replaces `{{name}}` in a path or an argument of a command with a string or number of the context. */
export function fillPlaceholders(text: string, context: object): string {
  return text.replace(/\{\{([A-Za-z_.]+)\}\}/g, (whole, path: string) => {
    const value = lookUp(context, path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
}

function isIncluded(when: PackFile['when'], context: object): boolean {
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
 * Finds paths that collide: equal ones, those that differ only in case (the same file on Windows and macOS), and those
 * where one path is a folder of the other.
 */
export class PathClaims<Owner> {
  readonly #files = new Map<string, Owner>();
  readonly #folders = new Map<string, Owner>();

  /** The owner of a colliding path; without one, claims the path and returns `undefined`. */
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
