import { jsonLiteral, yamlLiteral } from '../text/literals.ts';
import { readYaml } from '../text/yaml-value.ts';
import { addFlowEntry } from './add-flow-entry.ts';
import { endOfEntry, entriesBelow } from './manifest-lines.ts';
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
