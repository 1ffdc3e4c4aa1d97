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
    const said = value === '' ? null : valueIn(value);
    if (said === undefined) return undefined;
    if (Array.isArray(holder)) holder.push(said);
    // What every object has is for the other reader, too.
    else if (key === undefined || holder[key] !== undefined) return undefined;
    else {
      holder[key] = said;
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

const quoted = `"(?:\\\\.|[^"\\\\])*"|'(?:''|[^'])*'`;
const flowItem = new RegExp(`${quoted}|[^\\s,[\\]]+`, 'g');
const flowPair = new RegExp(`(\\w+): +(\\[(?:${quoted}|[^\\]"'])*\\]|${quoted}|[^\\s,}]+)`, 'g');

/** `undefined` where it has a key twice. */
function valueIn(text: string): unknown {
  const first = text.charAt(0);
  // The escapes of a plain text are those of JSON.
  if (first === '"') return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
  if (first === "'") return text.slice(1, -1).replaceAll("''", "'");
  if (first === '[') return text === '[]' ? [] : Array.from(text.matchAll(flowItem), ([item]) => valueIn(item));
  if (first === '{') return flowMapping(text);
  if (first <= '9' && first !== '/') return Number.isNaN(Number(text)) ? text : Number(text);
  return words.has(text) ? words.get(text) : text;
}

function flowMapping(text: string): Record<string, unknown> | undefined {
  const found: Record<string, unknown> = {};
  for (const [, key = '', value = ''] of text.matchAll(flowPair)) {
    if (Object.hasOwn(found, key)) return undefined;
    found[key] = valueIn(value);
  }
  return found;
}
