import { readYaml } from './yaml-value.ts';

/** A line of plain YAML in its parts: `- value` or `key: value`, indented; all of them empty for a blank line. */
export interface PlainLine {
  readonly indent: number;
  /** `undefined` for an item of a list. */
  readonly key: string | undefined;
  readonly value: string;
}

interface Open {
  readonly indent: number;
  readonly holder: Record<string, unknown> | unknown[];
}

/** Where the value of a key without one goes: what follows may be its mapping or its list. */
interface Awaiting {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  readonly indent: number;
}

/** What lines of plain YAML say, where they are laid out as everybody lays them out; `undefined` for any other layout. */
export function plainValue(lines: readonly PlainLine[]): { readonly value: unknown } | undefined {
  const root: Record<string, unknown> = {};
  const open: Open[] = [{ indent: 0, holder: root }];
  let awaiting: Awaiting | undefined;
  for (const { indent, key, value } of lines) {
    if (awaiting) {
      const isBelow = indent > awaiting.indent || (key === undefined && indent === awaiting.indent);
      if (isBelow) open.push({ indent, holder: put(awaiting, key === undefined ? [] : {}) });
      awaiting = undefined;
    }
    while (open.length > 1 && !fits(open.at(-1) as Open, indent, key)) open.pop();
    const { indent: wanted, holder } = open.at(-1) as Open;
    if (wanted !== indent || Array.isArray(holder) !== (key === undefined)) return undefined;
    if (Array.isArray(holder)) holder.push(scalarOf(value));
    else if (key === undefined || Object.hasOwn(holder, key)) return undefined;
    else {
      holder[key] = value === '' ? null : scalarOf(value);
      if (value === '') awaiting = { holder, key, indent };
    }
  }
  return { value: lines.length === 0 ? null : root };
}

function fits({ indent, holder }: Open, given: number, key: string | undefined): boolean {
  // The items of a list may stand as far left as its key; the next key then ends the list.
  return given > indent || (given === indent && Array.isArray(holder) === (key === undefined));
}

function put({ holder, key }: Awaiting, value: Open['holder']): Open['holder'] {
  holder[key] = value;
  return value;
}

const words = new Map<string, unknown>(
  (['null', 'true', 'false'] as const).flatMap((word) => {
    const value = word === 'null' ? null : word === 'true';
    return [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()].map((one) => [one, value] as const);
  }),
);

function scalarOf(text: string): unknown {
  const first = text.charCodeAt(0);
  if (first === 0x22) return text.includes('\\') ? readYaml(text) : text.slice(1, -1);
  if (first === 0x27) return text.slice(1, -1).replaceAll("''", "'");
  if (text === '[]') return [];
  if (first === 0x5b || first === 0x7b) return readYaml(text);
  if (first < 0x3a && first !== 0x2f) return readYaml(text);
  return words.has(text) ? words.get(text) : text;
}
