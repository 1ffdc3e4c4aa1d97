import { jsonLiteral, yamlLiteral } from '../text/literals.ts';
import { readYaml } from '../text/yaml-value.ts';
import { addFlowEntry } from './add-flow-entry.ts';
import { endOfEntry, entriesBelow } from './manifest-lines.ts';
import { type ConfigurationValue, ManifestSchema } from './schema.ts';

/** An entry of one of the manifest's lists, or a key of its configuration. */
export type Addition =
  | { readonly list: ListKey; readonly entry: string }
  | { readonly list: 'configuration'; readonly key: string; readonly value: ConfigurationValue };

export type ListKey = 'endpoints' | 'permissions_required' | 'events_emitted' | 'events_subscribed' | 'dependencies';

/**
 * A manifest's text with one entry more: in its place where entries are sorted, every other byte as it was. The text
 * itself where the entry is there; `undefined` where it is written in a way that lines cannot be added to.
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

/** What the manifest must say then; `undefined` where it says so already. */
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

/** Where a field that is not there yet belongs: above the next one in the order of manifests, and its comments. */
function placeOfField(lines: readonly string[], field: string): number {
  const order = Object.keys(ManifestSchema.shape);
  const later = order.slice(order.indexOf(field) + 1);
  let place = lines.findIndex((line) => later.some((other) => line.startsWith(`${other}:`)));
  if (place === -1) return lines.length;
  while (/^#/.test(lines[place - 1] ?? '')) place -= 1;
  return place;
}

/** Before the first entry that sorts after it, and before that one's comments; endpoints keep their order. */
function placeOf(addition: Addition, value: object, items: readonly number[], lines: readonly string[]): number {
  const next = indexOf(addition, value);
  if (next === -1) return endOfEntry(items.at(-1) as number, lines);
  let place = items[next] as number;
  while (/^[ \t]+#/.test(lines[place - 1] as string)) place -= 1;
  return place;
}

/** The number of the entry that it goes before; -1: behind all. */
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

/** Lists of entries are compared as sets: where the new one stands is for `placeOf` to say. */
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
