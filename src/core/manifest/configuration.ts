import type { ConfigurationEntry, ConfigurationValue, Manifest, ScalarType } from './schema.ts';

export type Scalar = string | number | boolean;

/** A configuration key in its long form. */
export interface Setting extends ConfigurationEntry {
  readonly key: string;
}

/** A setting that every module has: never a list. */
interface StandardSetting extends Omit<Setting, 'key' | 'type' | 'default' | 'items'> {
  readonly type: ScalarType;
  readonly default: Scalar;
}

/** The keys that every module has. The runtime of the host declares them; a manifest can change their defaults. */
export const standardSettings: Readonly<Record<string, StandardSetting>> = {
  timeout_seconds: {
    type: 'number',
    default: 300,
    minimum: 0.01,
    maximum: 3600,
    description: 'Timeout of one attempt, in seconds',
  },
  retry_attempts: {
    type: 'integer',
    default: 3,
    minimum: 0,
    maximum: 10,
    description: 'Retries after the first attempt',
  },
  retry_delay_seconds: {
    type: 'number',
    default: 60,
    minimum: 0,
    maximum: 86400,
    description: 'Delay before the first retry, in seconds; doubles with each retry',
  },
  retention_days: {
    type: 'integer',
    default: 30,
    minimum: 1,
    maximum: 3650,
    description: 'Age in days at which a finished job is deleted',
  },
  max_pending_jobs: {
    type: 'integer',
    default: 100,
    minimum: 1,
    maximum: 1000000,
    description: 'Maximum number of unfinished jobs per user',
  },
  max_input_bytes: {
    type: 'integer',
    default: 1048576,
    minimum: 1,
    maximum: 2097152,
    description: 'Maximum size of the input, in bytes of JSON',
  },
  provider: {
    type: 'string',
    default: 'local',
    enum: ['local', 'openai', 'sample'],
    description: 'Provider that runs the jobs',
  },
  model: { type: 'string', default: 'gpt-4o-mini', description: 'Model name, for the openai provider' },
  base_url: {
    type: 'string',
    default: 'https://api.openai.com/v1',
    description: 'URL of the OpenAI-compatible server',
  },
  api_key_env: {
    type: 'string',
    default: 'OPENAI_API_KEY',
    description: 'Name of the environment variable with the API key',
  },
};

export function isEnvKey(key: string): boolean {
  return key.endsWith('_env');
}

export function standardSetting(key: string): StandardSetting | undefined {
  return Object.hasOwn(standardSettings, key) ? standardSettings[key] : undefined;
}

export function isLongForm(value: ConfigurationValue): value is ConfigurationEntry {
  return typeof value === 'object' && !Array.isArray(value);
}

/**
 * The long form of a value: a scalar or list becomes the default of its own type; a standard key keeps its range.
 * A list that does not tell the type of its items, because it is empty or mixed, has no `items`.
 */
export function settingOf(key: string, value: ConfigurationValue): Setting {
  if (isLongForm(value)) return { key, ...value };
  if (typeof value === 'object') {
    const type = itemTypeOf(value);
    return { key, type: 'array', ...(type === undefined ? {} : { items: { type } }), default: value };
  }
  const known = standardSetting(key);
  if (known && fitsType(value, known.type)) return { key, ...known, default: value };
  return { key, type: typeOf(value), default: value };
}

/** Every key of a manifest in its long form. */
export function settingsOf({ configuration }: Pick<Manifest, 'configuration'>): readonly Setting[] {
  return Object.entries(configuration).map(([key, value]) => settingOf(key, value));
}

export function typeOf(value: Scalar): ScalarType {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  return Number.isSafeInteger(value) ? 'integer' : 'number';
}

function itemTypeOf(list: readonly Scalar[]): ScalarType | undefined {
  const types = [...new Set(list.map(typeOf))];
  const isNumeric = types.every((type) => type === 'integer' || type === 'number');
  return types.length > 1 && isNumeric ? 'number' : types.length === 1 ? types[0] : undefined;
}

export function fitsType(value: Scalar | readonly Scalar[], type: Setting['type']): boolean {
  const own = typeof value === 'object' ? 'array' : typeOf(value);
  return own === type || (type === 'number' && own === 'integer');
}
