import { Failure } from '../failure.ts';
import { type RelPath, whyNotRelPath } from '../text/rel-path.ts';
import type { Tree, TreeFile } from '../tree/tree.ts';
import type { Pack, PackFile, Section } from './pack.ts';
import { PathClaims } from './path-claims.ts';

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
  const reason = path.includes('{{') ? 'nothing is known by the name in its braces' : whyNotRelPath(path);
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
