import type { CST, Document } from 'yaml';
import type { Span } from './yaml-faults.ts';

type Library = typeof import('yaml');

/** A scalar in a text. `source` is its text without quotes. */
export interface YamlScalar {
  readonly source: string;
  readonly isPlain: boolean;
  readonly isKey: boolean;
  readonly path: readonly (string | number)[];
  readonly span: Span;
}

/** A comment, from its #. */
export interface YamlComment {
  readonly text: string;
  readonly offset: number;
}

/** Every scalar of a document with its path, in the order of the text. */
export function scalarsOf(yaml: Library, document: Document.Parsed | undefined): YamlScalar[] {
  const found: YamlScalar[] = [];
  const enter = (node: unknown, path: readonly (string | number)[], isKey: boolean): void => {
    if (yaml.isScalar(node)) {
      const [from, to] = node.range ?? [0, 0];
      found.push({ source: node.source ?? '', isPlain: node.type === 'PLAIN', isKey, path, span: [from, to] });
    } else if (yaml.isMap(node)) {
      for (const { key, value } of node.items) {
        const inner = [...path, yaml.isScalar(key) ? String(key.value) : ''];
        enter(key, inner, true);
        enter(value, inner, false);
      }
    } else if (yaml.isSeq(node)) for (const [index, item] of node.items.entries()) enter(item, [...path, index], false);
  };
  enter(document?.contents, [], false);
  return found;
}

/** Every comment of a text, in its order; what looks like one inside a value is none. */
export function commentsOf(tokens: readonly CST.Token[]): YamlComment[] {
  const found: YamlComment[] = [];
  const enter = (part: unknown): void => {
    if (Array.isArray(part)) for (const one of part) enter(one);
    else if (typeof part === 'object' && part !== null) {
      const { type, offset, source } = part as { type?: string; offset: number; source: string };
      if (type === 'comment') found.push({ text: source, offset });
      else for (const [name, inner] of Object.entries(part)) if (name !== 'source') enter(inner);
    }
  };
  enter(tokens);
  return found.sort((a, b) => a.offset - b.offset);
}
