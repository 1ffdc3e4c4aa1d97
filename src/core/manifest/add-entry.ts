import { nearestWord } from '../text/nearest-word.ts';
import { addToYaml } from '../yaml/edit.ts';
import { readYaml } from '../yaml/fast.ts';
import { isMapping, isSame } from '../yaml/same.ts';
import { ManifestSchema } from './schema.ts';

type Value = Readonly<Record<string, unknown>>;
export type Schema = Value;

export type ListKey = 'endpoints' | 'permissions_required' | 'events_emitted' | 'events_subscribed' | 'dependencies';

/** What `add` adds to a manifest. */
export type Addition =
  /** An entry of a list. `more` are keys of its long form, such as `payload`. */
  | { readonly list: ListKey; readonly entry: string; readonly more?: Value }
  | { readonly list: 'configuration'; readonly key: string; readonly value: unknown }
  /** The properties of a schema; a whole one if there is none yet. */
  | { readonly list: 'input' | 'options' | 'output'; readonly schema: Schema }
  | { readonly list: 'types'; readonly key: string; readonly schema: Schema }
  /** The payload of an event that the manifest has. */
  | { readonly list: 'payload'; readonly event: string; readonly schema: Schema };

/** The text with the addition, or why that is impossible: the manifest says something else, or is not editable. */
export type Added =
  | { readonly text: string }
  | { readonly reason: string; readonly hint: string | undefined }
  | { readonly isEditable: false; readonly key: string };

/** The manifest already has something else, as a sentence without its full stop. */
class Conflict extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Adds to the text of a manifest without changing any other byte. Entries of lists and settings are sorted; endpoints,
 * types and properties go to the end. Returns the same text if it has everything.
 */
export async function addEntry(text: string, addition: Addition): Promise<Added> {
  const value = await readYaml(text).catch(() => undefined);
  const isEditable = { isEditable: false, key: addition.list } as const;
  if (!isMapping(value)) return isEditable;
  try {
    const wanted = withAddition(value, addition);
    if (isSame(value, wanted)) return { text };
    const edited = await addToYaml(text, wanted);
    return edited === undefined ? isEditable : { text: edited };
  } catch (error) {
    if (error instanceof Conflict) return { reason: error.message, hint: error.hint };
    throw error;
  }
}

function withAddition(value: Value, addition: Addition): Value {
  switch (addition.list) {
    case 'configuration': {
      const { key, value: setting } = addition;
      const there = objectAt(value, 'configuration');
      if (Object.hasOwn(there, key) && !isSame(there[key], setting))
        throw new Conflict(`${key} is already in configuration, with the value ${JSON.stringify(there[key])}`);
      const next = Object.keys(there).find((other) => other > key);
      return withKey(value, 'configuration', withEntryBefore(there, key, setting, next));
    }
    case 'input':
    case 'options':
    case 'output':
      return withSchema(value, addition.list, addition.schema);
    case 'types': {
      const { key, schema } = addition;
      const there = objectAt(value, 'types');
      return withKey(value, 'types', { ...there, [key]: merged(there[key], schema, key) });
    }
    case 'payload': {
      const { event, schema } = addition;
      const list = eventLists.find((one) => hasEntry(value, one, event));
      if (list === undefined) throw unknownEvent(value, event);
      return withEntry(value, list, event, { payload: schema });
    }
    default:
      return withEntry(value, addition.list, addition.entry, addition.more);
  }
}

/** Adds properties to the schema itself, or to the type that it refers to. */
function withSchema(value: Value, key: string, schema: Schema): Value {
  const there = value[key];
  const name = referenceOf(there);
  const types = objectAt(value, 'types');
  if (name === undefined || isSame(there, schema) || !Object.hasOwn(types, name))
    return withKey(value, key, merged(there, schema, key));
  return withKey(value, 'types', { ...types, [name]: merged(types[name], schema, name) });
}

const eventLists = ['events_emitted', 'events_subscribed'] as const;

function unknownEvent(value: Value, event: string): Conflict {
  const near = nearestWord(
    event,
    eventLists.flatMap((list) => listAt(value, list).map(nameOf)),
  );
  const hint =
    near === undefined
      ? 'To add the event with its payload, run add event or add subscription.'
      : `Did you mean ${near}?`;
  return new Conflict(`${event} is neither in events_emitted nor in events_subscribed`, hint);
}

function hasEntry(value: Value, list: ListKey, name: string): boolean {
  return listAt(value, list).some((entry) => nameOf(entry) === name);
}

function withEntry(value: Value, list: ListKey, name: string, more: Value = {}): Value {
  const there = listAt(value, list);
  const at = there.findIndex((entry) => nameOf(entry) === name);
  const isLong = Object.keys(more).length > 0;
  const key = list === 'endpoints' ? 'endpoint' : 'event';
  if (at !== -1) {
    const old = there[at];
    const entry = isLong ? withMore(isMapping(old) ? old : { [key]: name }, more, name) : old;
    return withKey(value, list, there.with(at, entry));
  }
  const next = list === 'endpoints' ? -1 : there.findIndex((entry) => nameOf(entry) > name);
  const entry = isLong ? { [key]: name, ...more } : name;
  return withKey(value, list, there.toSpliced(next === -1 ? there.length : next, 0, entry));
}

const schemaKeys = ['input', 'output', 'payload'];

function withMore(entry: Value, more: Value, name: string): Value {
  const order = ['endpoint', 'event', ...schemaKeys, 'permission', 'summary'];
  return Object.entries(more).reduce<Value>((before, [key, added]) => {
    const label = `the ${key} of ${name}`;
    if (!schemaKeys.includes(key) && before[key] !== undefined && before[key] !== added)
      throw new Conflict(`${label} is already ${JSON.stringify(before[key])}`);
    return withOrderedKey(
      before,
      key,
      schemaKeys.includes(key) ? merged(before[key], added as Schema, label) : added,
      order,
    );
  }, entry);
}

/** A schema with the properties of another one. Throws if one of them is there with another schema. */
function merged(before: unknown, added: Schema, label: string): Schema {
  if (before === undefined || before === null || isSame(before, {}) || isSame(before, added)) return added;
  if (!isMapping(before) || !isMapping(before.properties) || !isMapping(added.properties))
    throw new Conflict(`${label} is already declared, as ${shown(before)}`);
  const [required, more] = [requiredOf(before), requiredOf(added)];
  for (const [name, schema] of Object.entries(added.properties)) {
    if (!Object.hasOwn(before.properties, name)) continue;
    const there = before.properties[name];
    if (!isSame(there, schema) || required.includes(name) !== more.includes(name))
      throw new Conflict(
        `${name} is already in ${label}, as ${required.includes(name) ? '' : 'optional '}${shown(there)}`,
      );
  }
  const all = [...new Set([...required, ...more])];
  const whole = { ...before, properties: { ...before.properties, ...added.properties } };
  return all.length === 0 ? whole : withOrderedKey(whole, 'required', all, ['type', 'required', 'properties']);
}

function requiredOf(schema: Schema): readonly unknown[] {
  return Array.isArray(schema.required) ? schema.required : [];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The name in `{ $ref: "#/types/Name" }`. */
function referenceOf(schema: unknown): string | undefined {
  return isMapping(schema) ? /^#\/types\/(\w+)$/.exec(String(schema.$ref))?.[1] : undefined;
}

/** The value with a field. A new one goes before the fields that follow it in the standard order. */
function withKey(value: Value, key: string, inner: unknown): Value {
  return withOrderedKey(value, key, inner, Object.keys(ManifestSchema.shape));
}

function withOrderedKey(value: Value, key: string, inner: unknown, order: readonly string[]): Value {
  const later = order.slice(order.indexOf(key) + 1);
  return withEntryBefore(
    value,
    key,
    inner,
    Object.keys(value).find((other) => later.includes(other)),
  );
}

function withEntryBefore(value: Value, key: string, inner: unknown, next: string | undefined): Value {
  if (Object.hasOwn(value, key) || next === undefined) return { ...value, [key]: inner };
  return Object.fromEntries(
    Object.entries(value).flatMap((entry) => (entry[0] === next ? [[key, inner], entry] : [entry])),
  );
}

function nameOf(entry: unknown): string {
  return String(isMapping(entry) ? (entry.endpoint ?? entry.event) : entry);
}

function listAt(value: Value, key: string): readonly unknown[] {
  const list = value[key];
  return Array.isArray(list) ? list : [];
}

function objectAt(value: Value, key: string): Value {
  const inner = value[key];
  return isMapping(inner) ? inner : {};
}
