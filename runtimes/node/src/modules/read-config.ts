import * as z from 'zod';
import { checkType } from '../check-type.ts';
import type { Env } from '../settings.ts';
import { integer } from '../types.ts';
import type { BaseConfig } from './base-config.ts';
import type { Configuration } from './manifest.ts';

/** A config class: a zod object whose output has at least the settings of `BaseConfig`. */
export type ConfigClass<C extends BaseConfig = BaseConfig> = z.ZodType<C> & { readonly shape: z.ZodRawShape };

/** The configuration does not fit its class; the message names every key at fault, never a value. */
export class ConfigInvalid extends Error {}

/** Defaults of the class < the manifest's block < environment variables `MODULE_NAME_KEY`. */
export function readModuleConfig<C extends BaseConfig>(
  config: ConfigClass<C>,
  module: string,
  block: Configuration,
  env: Env,
): C {
  const values = { ...valuesOf(block), ...fromEnvironment(config, module, env) };
  const wrong = wrongLists(values, block);
  if (wrong.length > 0) throw new ConfigInvalid(wrong.join('; '));
  const parsed = config.safeParse(values);
  const problems = parsed.success
    ? outOfRange(parsed.data, block)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigInvalid(problems.join('; '));
}

/** Checks lists before the config class, so that both stacks refuse the same ones with the same message. */
function wrongLists(values: Readonly<Record<string, unknown>>, block: Configuration): string[] {
  return Object.entries(block).flatMap(([key, entry]) => {
    const list = listOf(entry);
    if (list === undefined || values[key] === undefined) return [];
    const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = list;
    const checked = checkType(z.array(ITEMS[items.type]()).min(minItems).max(maxItems), values[key]);
    return checked.ok ? [] : checked.problems.map(({ loc, msg }) => `${[key, ...loc].join('.')}: ${msg}`);
  });
}

const ITEMS: Readonly<Record<ItemType, () => z.ZodType>> = {
  string: z.string,
  integer,
  number: z.number,
  boolean: z.boolean,
};

/** The manifest may narrow the range of a key, also of one that every module has. */
function outOfRange(values: object, block: Configuration): string[] {
  return Object.entries(block).flatMap(([key, entry]) => {
    const value = (values as Record<string, unknown>)[key];
    if (!isLongForm(entry) || value === undefined) return [];
    const { minimum, maximum, enum: choices } = entry;
    if (minimum !== undefined && Number(value) < minimum) return [`${key}: must be at least ${minimum}`];
    if (maximum !== undefined && Number(value) > maximum) return [`${key}: must be at most ${maximum}`];
    if (choices && !choices.includes(value as string)) return [`${key}: must be one of ${choices.join(', ')}`];
    return [];
  });
}

/** A setting of a module as administrators see it. */
export interface EffectiveSetting {
  readonly key: string;
  /** JSON; `***` for a secret. */
  readonly value: unknown;
  readonly source: 'environment' | 'manifest' | 'default';
  /** The environment variable that sets it. */
  readonly variable: string;
  readonly description: string | null;
}

/** The settings of a module, and where each comes from. */
export function effectiveSettings(config: object, module: string, block: Configuration, env: Env): EffectiveSetting[] {
  const inManifest = valuesOf(block);
  return Object.entries(config).map(([key, value]) => {
    const variable = `${module}_${key}`.toUpperCase();
    const entry = block[key];
    const { secret = false, description = null } = isLongForm(entry) ? entry : {};
    const source = env[variable] ? 'environment' : Object.hasOwn(inManifest, key) ? 'manifest' : 'default';
    return { key, value: secret && value ? '***' : (value ?? null), source, variable, description };
  });
}

/** The values of a manifest's block: scalars as they stand, the long form by its `default`. */
export function valuesOf(block: Configuration): Record<string, unknown> {
  const values = Object.entries(block).map(([key, entry]) => [key, isLongForm(entry) ? entry.default : entry] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** JSON Schema 2020-12 of a config class, with the descriptions that the manifest gives. */
export function configSchema(config: ConfigClass, block: Configuration): z.core.JSONSchema.JSONSchema {
  const schema = z.toJSONSchema(config, { io: 'input' });
  for (const [key, entry] of Object.entries(block)) {
    const property = schema.properties?.[key];
    if (typeof property !== 'object') continue;
    const value = isLongForm(entry) ? entry.default : entry;
    const list = listOf(entry);
    // As in the manifest: a class may write the same list in several ways.
    if (list) {
      for (const keyword of Object.keys(property)) delete property[keyword as keyof typeof property];
      Object.assign(property, JSON.parse(JSON.stringify({ type: 'array', ...list })));
    }
    // What zod adds to every integer.
    if (property.minimum === Number.MIN_SAFE_INTEGER) delete property.minimum;
    if (property.maximum === Number.MAX_SAFE_INTEGER) delete property.maximum;
    if (value !== undefined) property.default = value as typeof property.default & {};
    if (!isLongForm(entry)) continue;
    if (entry.description) property.description = entry.description;
    if (entry.secret) property.format = 'password';
    for (const limit of ['minimum', 'maximum', 'enum'] as const)
      if (entry[limit] !== undefined) Object.assign(property, { [limit]: entry[limit] });
  }
  const hasDefault = (key: string) => {
    const property = schema.properties?.[key];
    return typeof property === 'object' && property.default !== undefined;
  };
  const required = schema.required?.filter((key) => !hasDefault(key)) ?? [];
  const { required: _, ...rest } = schema;
  return required.length > 0 ? { ...rest, required } : rest;
}

function fromEnvironment(config: ConfigClass, module: string, env: Env): Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(config, { io: 'input' });
  const found: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(properties)) {
    const text = env[`${module}_${key}`.toUpperCase()];
    if (text !== undefined && text !== '') found[key] = fromText(text, property);
  }
  return found;
}

/** Text that is no JSON stays text, and the config class then says what is wrong with it. */
function fromText(text: string, property: z.core.JSONSchema._JSONSchema): unknown {
  const type = typeof property === 'object' ? property.type : undefined;
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type ItemType = 'string' | 'integer' | 'number' | 'boolean';

interface List {
  readonly items: { readonly type: ItemType };
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}

/** The type of a list; undefined for other keys, and if a list does not tell the type of its items. */
function listOf(entry: Configuration[string]): List | undefined {
  if (isLongForm(entry)) {
    const { type, items, minItems, maxItems } = entry;
    return type === 'array' && items ? { items, minItems, maxItems } : undefined;
  }
  if (!Array.isArray(entry) || entry.length === 0) return undefined;
  const isOf = (type: string) => entry.every((item) => typeof item === type);
  const number = entry.every(Number.isSafeInteger) ? 'integer' : 'number';
  const type = (['string', 'boolean'] as const).find(isOf) ?? (isOf('number') ? number : undefined);
  return type && { items: { type } };
}

interface LongForm {
  readonly type?: string | undefined;
  readonly items?: { readonly type: ItemType } | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly default?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly enum?: readonly (string | number | boolean)[] | undefined;
  readonly description?: string | undefined;
  readonly secret?: boolean | undefined;
}

function isLongForm(entry: unknown): entry is LongForm {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
}
