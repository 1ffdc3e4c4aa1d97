import { parseYaml } from './exact.ts';

/** The text is not a single valid YAML document. The message ends with the line. */
export class YamlError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(`${message} (line ${line})`);
    this.line = line;
  }
}

/** The value of a YAML text, without positions. Tries the fast reader first. Throws `YamlError`. */
export async function readYaml(text: string): Promise<unknown> {
  const plain = readPlainYaml(text);
  if (plain) return plain.value;
  const { value, problems } = await parseYaml(text);
  const [first] = problems;
  if (first) throw new YamlError(first.message, first.range.start.line);
  return value ?? null;
}

/** A parsed line of plain YAML: `- value` or `key: value`, with indentation. */
export interface PlainLine {
  readonly indent: number;
  /** `undefined` for an item of a list. */
  readonly key: string | undefined;
  readonly value: string;
}

// The subset of YAML that tools and most people write: one entry per line, simple values. It excludes everything that
// two YAML readers could interpret differently. Alternatives never match the same text, so that matching is linear.
const unusual = /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;
const char = '[^ \\n]';
const inText = (excluded: string) => `[^\\n${excluded}]`;

const key = '(?![nN][uU][lL][lL]:)[A-Za-z][A-Za-z0-9_./-]{0,150}';
const double = `"(?:${inText('"\\\\')}|\\\\["\\\\/bfnrt]|\\\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"`;
const single = `'(?:${inText("'")}|'')*'`;
/** YAML ends a key after 1024 characters; an escape has six. */
const quotedKey = `${double.replace(/\*"$/, '{0,150}"')}|${single.replace(/\*'$/, "{0,150}'")}`;
const number = '(?:0|-?[1-9][0-9]{0,14})(?:\\.[0-9]{1,15})?(?![0-9A-Za-z_.:+-])';
const version = '[0-9]+\\.[0-9]+\\.[0-9]+(?:[-+][0-9A-Za-z.+-]*)?(?![0-9A-Za-z_.:+-])';
const quantity = '[1-9][0-9]*(?:m|[KMGTPE]i?|k)(?![0-9A-Za-z_.:+-])';
/** Ends before a comment and before the spaces at the end of the line. */
const word = `(?:[^ \\n:#]|:(?=${char})|(?<!\\s)#)`;
const plain = `[A-Za-z_/]${word}*(?: +(?!#)${word}+)*`;
const flowPlain = '[A-Za-z_/][A-Za-z0-9_./@=<>~-]*(?::[A-Za-z0-9_]+)*';
const scalar = `(?:${double}|${single}|${number}|${version}|${quantity}`;
const item = `${scalar}|${flowPlain})`;
const sequence = `\\[ *(?:${item}(?: *, *${item})*)? *\\]`;
const pair = `${key}: +(?:${item}|${sequence})`;
const mapping = `\\{ *(?:${pair}(?: *, *${pair})*)? *\\}`;
const value = `(?:${scalar}|${plain})|${sequence}|${mapping})`;
const comment = `#${inText('')}*`;
const line = new RegExp(
  `( *)(?:(?:- +(${value})|(${key}|${quotedKey}):(?: +(${value}))?)(?: +${comment}| *)|${comment})?(?:\\n|$)`,
  'y',
);

/** The lines that contain entries; `undefined` if any line is outside the plain subset. */
function plainLines(text: string): PlainLine[] | undefined {
  if (unusual.test(text)) return undefined;
  const lines: PlainLine[] = [];
  line.lastIndex = 0;
  while (line.lastIndex < text.length) {
    const found = line.exec(text);
    if (found === null) return undefined;
    const [, indent = '', item, name, given = ''] = found;
    if (item !== undefined) lines.push({ indent: indent.length, key: undefined, value: item });
    else if (name !== undefined) lines.push({ indent: indent.length, key: keyOf(name), value: given });
  }
  return lines;
}

/** A key without its quotes. */
function keyOf(name: string): string {
  return /^["']/.test(name) ? String(valueIn(name)) : name;
}

export interface PlainYaml {
  readonly value: unknown;
  readonly lines: readonly PlainLine[];
}

/**
 * Reads the plain subset of YAML, which every YAML 1.2 reader interprets in the same way; `undefined` for any other
 * text. Several times as fast as `parseYaml`. Never accepts a text that `parseYaml` rejects.
 */
export function readPlainYaml(text: string): PlainYaml | undefined {
  const lines = plainLines(text);
  const read = lines && plainValue(lines);
  return read && { ...read, lines };
}

interface Open {
  readonly indent: number;
  readonly holder: Record<string, unknown> | unknown[];
}

/** A key without a value on its line: the next lines may be its mapping or list. */
interface Awaiting {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  readonly indent: number;
}

/** The value of the lines; `undefined` if their indentation is unusual or a key is repeated. */
function plainValue(lines: readonly PlainLine[]): { readonly value: unknown } | undefined {
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
    const { indent: expected, holder } = open.at(-1) as Open;
    if (expected !== indent || Array.isArray(holder) !== (key === undefined)) return undefined;
    const parsed = value === '' ? null : valueIn(value);
    if (parsed === undefined) return undefined;
    if (Array.isArray(holder)) holder.push(parsed);
    // Also leaves keys such as `constructor`, which every object inherits, to the exact reader.
    else if (key === undefined || holder[key] !== undefined) return undefined;
    else {
      holder[key] = parsed;
      if (value === '') awaiting = { holder, key, indent };
    }
  }
  return { value: lines.length === 0 ? null : root };
}

function fits({ indent, holder }: Open, given: number, key: string | undefined): boolean {
  // List items may have the same indentation as the key of the list; the next key then ends the list.
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
const flowPair = new RegExp(`([\\w./-]+): +(\\[(?:${quoted}|[^\\]"'])*\\]|${quoted}|[^\\s,}]+)`, 'g');

/** `undefined` for a mapping with a duplicate key. */
function valueIn(text: string): unknown {
  const first = text.charAt(0);
  // The plain subset has the same escapes as JSON.
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
