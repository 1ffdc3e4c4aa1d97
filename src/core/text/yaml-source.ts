import type { Document, Node } from 'yaml';
import type { Position, Range } from '../diagnostic.ts';

export interface SyntaxFault {
  readonly message: string;
  readonly range: Range;
}

/** YAML with the place of everything in it. Slower than `readYaml`: for text that is shown back to its author. */
export interface YamlSource {
  readonly value: unknown;
  readonly faults: readonly SyntaxFault[];
  /** The place of a value or of its key; the nearest parent's where there is none. */
  rangeOf(path: readonly (string | number)[], at: 'key' | 'value'): Range;
}

/** More aliases than this are an attack, not a manifest. */
const maxAliases = 100;

export async function parseYaml(text: string): Promise<YamlSource> {
  const { LineCounter, parseAllDocuments, isMap, isScalar } = await import('yaml');
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    schema: 'core',
    uniqueKeys: true,
    prettyErrors: false,
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const rangeAt = (from: number, to: number): Range => ({ start: position(from), end: position(Math.max(to, from)) });

  const all = Array.isArray(documents) ? documents : [];
  const document: Document.Parsed | undefined = all[0];
  const faults: SyntaxFault[] = all
    .flatMap((one) => one.errors)
    .map((error) => ({ message: sentence(error.message), range: rangeAt(...error.pos) }));
  const second = all[1];
  if (second)
    faults.push({
      message: 'a second document starts here; a manifest is one',
      range: rangeAt(second.range[0], second.range[0] + 1),
    });

  const pairOf = (node: unknown, key: string | number) =>
    isMap(node) ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key)) : undefined;

  const rangeOf = (path: readonly (string | number)[], at: 'key' | 'value'): Range => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const parent = document?.getIn(path.slice(0, depth - 1), true) ?? document?.contents;
      const pair = pairOf(depth === 1 ? document?.contents : parent, path[depth - 1] as string | number);
      const value = document?.getIn(path.slice(0, depth), true) as Node | undefined;
      const wanted =
        at === 'key' && depth === path.length && pair ? (pair.key as Node) : (value ?? (pair?.key as Node | undefined));
      if (wanted?.range) return rangeAt(wanted.range[0], wanted.range[1]);
    }
    return rangeAt(document?.contents?.range[0] ?? 0, document?.contents?.range[0] ?? 0);
  };

  return { value: faults.length > 0 ? undefined : readValue(document, faults, rangeAt), faults, rangeOf };
}

function readValue(
  document: Document.Parsed | undefined,
  faults: SyntaxFault[],
  rangeAt: (from: number, to: number) => Range,
): unknown {
  try {
    return document?.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    faults.push({
      message: `${sentence((error as Error).message)}; at most ${maxAliases} are read`,
      range: rangeAt(0, 0),
    });
    return undefined;
  }
}

function sentence(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return line.charAt(0).toLowerCase() + line.slice(1);
}
