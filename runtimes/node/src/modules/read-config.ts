import * as z from 'zod';
import type { Env } from '../settings.ts';
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
  const parsed = config.safeParse({ ...valuesOf(block), ...fromEnvironment(config, module, env) });
  const problems = parsed.success
    ? outOfRange(parsed.data, block)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigInvalid(problems.join('; '));
}

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

interface LongForm {
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
