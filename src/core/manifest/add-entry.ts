import { jsonLiteral, yamlLiteral } from '../text/literals.ts';
import { readYaml } from '../yaml/fast.ts';
import { type ConfigurationValue, ManifestSchema } from './schema.ts';

/** A new entry of a list, or a new key of `configuration`. */
export type Addition =
  | { readonly list: ListKey; readonly entry: string }
  | { readonly list: 'configuration'; readonly key: string; readonly value: ConfigurationValue };

export type ListKey = 'endpoints' | 'permissions_required' | 'events_emitted' | 'events_subscribed' | 'dependencies';

/**
 * Adds an entry to the text of a manifest, in sorted order, without changing any other byte. Returns the same text if the
 * entry exists, and `undefined` if the list is written in a style that this function cannot edit.
 */
export async function addEntry(text: string, addition: Addition): Promise<string | undefined> {
  const before = await read(text);
  if (before === undefined) return undefined;
  const wanted = withEntry(before, addition);
  if (wanted === undefined) return text;
  const edited = insert(text, addition, before[addition.list]);
  const after = edited === undefined ? undefined : await read(edited);
  return after !== undefined && canonical(after) === canonical(wanted) ? edited : undefined;
}

type Value = Readonly<Record<string, unknown>>;

async function read(text: string): Promise<Value | undefined> {
  try {
    return (await readYaml(text)) as Value;
  } catch {
    return undefined;
  }
}

/** The value that the manifest must have after the change; `undefined` if it has the entry already. */
function withEntry(value: Value, addition: Addition): Value | undefined {
  if (addition.list === 'configuration') {
    const there = (value.configuration ?? {}) as Record<string, unknown>;
    if (canonical(there[addition.key]) === canonical(addition.value)) return undefined;
    return { ...value, configuration: { ...there, [addition.key]: addition.value } };
  }
  const there = (value[addition.list] ?? []) as unknown[];
  return there.includes(addition.entry) ? undefined : { ...value, [addition.list]: [...there, addition.entry] };
}

function insert(text: string, addition: Addition, value: unknown): string | undefined {
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/(?<=\n)/);
  const line =
    addition.list === 'configuration'
      ? `${addition.key}: ${flowOf(addition.value)}`
      : `- ${yamlLiteral(addition.entry)}`;
  const at = lines.findIndex((one) => one.startsWith(`${addition.list}:`));
  const isEmpty = value === null || value === undefined || Object.keys(value).length === 0;
  if (at === -1) {
    const place = placeOfField(lines, addition.list);
    const above = closed(lines.slice(0, place).join(''), ending);
    return `${above}${addition.list}:${ending}  ${line}${ending}${lines.slice(place).join('')}`;
  }
  const head = lines[at] as string;
  if (isEmpty) {
    const opened = closed(head.replace(/^(\w+:)[ \t]*(\[[ \t]*\]|\{[ \t]*\})/, '$1'), ending);
    return [...lines.slice(0, at), opened, `  ${line}${ending}`, ...lines.slice(at + 1)].join('');
  }
  const open = /^\w+:[ \t]*(?=[[{])/.exec(head)?.[0].length;
  if (open !== undefined) {
    const start = lines.slice(0, at).join('').length + open;
    return addFlowEntry(text, start, line.replace(/^- /, ''), indexOf(addition, value));
  }
  const items = entriesBelow(lines, at);
  if (items.length !== Object.keys(value).length) return undefined;
  const place = placeOf(addition, value, items, lines);
  const indent = /^[ \t]*/.exec(lines[items[0] as number] as string)?.[0] ?? '';
  const above = lines.slice(0, place).join('');
  return `${closed(above, ending)}${indent}${line}${ending}${lines.slice(place).join('')}`;
}

/** The line for a new field: above the next field in the standard order, and above its comments. */
function placeOfField(lines: readonly string[], field: string): number {
  const order = Object.keys(ManifestSchema.shape);
  const later = order.slice(order.indexOf(field) + 1);
  let place = lines.findIndex((line) => later.some((other) => line.startsWith(`${other}:`)));
  if (place === -1) return lines.length;
  while (/^#/.test(lines[place - 1] ?? '')) place -= 1;
  return place;
}

/** The line before the first entry that sorts after the new one, and before its comments. Endpoints are appended. */
function placeOf(addition: Addition, value: object, items: readonly number[], lines: readonly string[]): number {
  const next = indexOf(addition, value);
  if (next === -1) return endOfEntry(items.at(-1) as number, lines);
  let place = items[next] as number;
  while (/^[ \t]+#/.test(lines[place - 1] as string)) place -= 1;
  return place;
}

/** The index of the entry that the new one goes before, or -1 for the end. */
function indexOf(addition: Addition, value: object): number {
  if (addition.list === 'endpoints') return -1;
  const isConfiguration = addition.list === 'configuration';
  const names = isConfiguration ? Object.keys(value) : Object.values(value).map(String);
  const name = isConfiguration ? addition.key : addition.entry;
  return names.findIndex((other) => other > name);
}

function closed(text: string, ending: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}${ending}`;
}

function flowOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return yamlLiteral(value as string | number | boolean);
  const entries = Object.entries(value).map(
    ([key, inner]) => `${/^\w+$/.test(key) ? key : jsonLiteral(key)}: ${flowOf(inner)}`,
  );
  return `{ ${entries.join(', ')} }`;
}

/** Compares lists as sets, because `placeOf` decides on the order. */
function canonical(value: unknown): string {
  const sorted = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map((item) => JSON.stringify(sorted(item))).sort();
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(
      Object.entries(one)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, sorted(inner)]),
    );
  };
  return JSON.stringify(sorted(value)) ?? 'undefined';
}

interface Flow {
  /** Offsets of the entries and of the closing bracket. */
  readonly starts: readonly number[];
  readonly close: number;
}

/**
 * Adds an entry to a list or mapping in brackets, before the entry `index` or at the end. `open` is the offset of the opening
 * bracket. Returns `undefined` if there is no closing one.
 */
export function addFlowEntry(text: string, open: number, entry: string, index: number): string | undefined {
  const flow = readFlow(text, open);
  if (flow === undefined) return undefined;
  const { starts, close } = flow;
  const at = starts[index];
  const last = starts.at(-1);
  if (last === undefined) return `${text.slice(0, open + 1)}${entry}${text.slice(close)}`;
  const between = `,${gapBefore(text, starts[1] ?? last, open)}`;
  if (at !== undefined) return `${text.slice(0, at)}${entry}${between}${text.slice(at)}`;
  const end = last + text.slice(last, close).trimEnd().replace(/,$/, '').length;
  return `${text.slice(0, end)}${between}${entry}${text.slice(end)}`;
}

/** The white space before an entry: a space, or a line break and indentation. */
function gapBefore(text: string, start: number, open: number): string {
  const gap = /\s*$/.exec(text.slice(open + 1, start))?.[0] ?? '';
  return gap.includes('\n') ? gap.slice(gap.lastIndexOf('\n') - (gap.includes('\r\n') ? 1 : 0)) : ' ';
}

function readFlow(text: string, open: number): Flow | undefined {
  const starts: number[] = [];
  let [depth, isFresh] = [0, true];
  for (let at = open; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (/\s/.test(sign)) continue;
    if (sign === '#' && /\s/.test(text[at - 1] ?? ' ')) {
      at = endOfLine(text, at);
      continue;
    }
    if ((sign === ']' || sign === '}') && depth === 1) return { starts, close: at };
    if (depth === 1 && isFresh) starts.push(at);
    isFresh = (depth === 0 || depth === 1) && (sign === ',' || depth === 0);
    if (sign === '[' || sign === '{') depth += 1;
    if (sign === ']' || sign === '}') depth -= 1;
    if (sign === '"' || sign === "'") at = endOfQuoted(text, at);
  }
  return undefined;
}

function endOfQuoted(text: string, from: number): number {
  const quote = text[from] as string;
  for (let at = from + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote !== "'" || text[at + 1] !== "'") return at;
      at += 1;
    }
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** The first lines of the entries of a block: all lines with the indentation of its first entry. */
export function entriesBelow(lines: readonly string[], head: number): number[] {
  const found: number[] = [];
  let indent: number | undefined;
  for (let at = head + 1; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (/^[ \t]*(#|\r?\n?$)/.test(line)) continue;
    const depth = /^ */.exec(line)?.[0].length ?? 0;
    if (depth === 0 && !line.startsWith('- ')) break;
    indent ??= depth;
    if (depth === indent) found.push(at);
  }
  return found;
}

/** The line after an entry and its nested lines. */
export function endOfEntry(item: number, lines: readonly string[]): number {
  const indent = /^ */.exec(lines[item] as string)?.[0].length ?? 0;
  let end = item + 1;
  for (let at = end; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (/^[ \t]*(#|\r?\n?$)/.test(line)) continue;
    if ((/^ */.exec(line)?.[0].length ?? 0) <= indent) break;
    end = at + 1;
  }
  return end;
}
