import {
  isEnvKey,
  isLongForm,
  type Scalar,
  type Setting,
  settingOf,
  standardSettings,
} from '../../manifest/configuration.ts';
import type { ConfigurationEntry, ConfigurationValue } from '../../manifest/schema.ts';

/** A configuration key for templates, always in the long form. */
export interface SettingContext extends Setting {
  /** The key in the manifest: snake_case. */
  readonly key: string;
  /** Whether its value is the name of an environment variable: the key ends with `_env`. */
  readonly isEnv: boolean;
  /** Whether it is secret itself, and does not name a variable. */
  readonly isSecret: boolean;
  /** Whether the host declares it for every module, and the manifest only sets the default or narrows the range. */
  readonly isStandard: boolean;
  /** Whether it has the long form in the manifest. */
  readonly isLong: boolean;
  /** Whether it has a default, which can be empty, false or 0. */
  readonly hasDefault: boolean;
  /** Whether it has a minimum, which can be 0. */
  readonly hasMinimum: boolean;
  /** Whether it has a maximum, which can be 0. */
  readonly hasMaximum: boolean;
  /** The key in upper case: `TOP_K`. */
  readonly upperKey: string;
}

/** A key of the manifest's `configuration` in its original form: a scalar, a list, or the lines of the long form. */
export interface ConfigurationContext {
  /** The key. */
  readonly key: string;
  /** Whether it has the long form. */
  readonly isLong: boolean;
  /** The scalar or list; null for the long form. */
  readonly value: Scalar | readonly Scalar[] | null;
  /** The lines of the long form: `name`, and either `value` or, with `isList`, `values`. */
  readonly lines: readonly ConfigurationLine[];
}

interface ConfigurationLine {
  readonly name: string;
  readonly isList: boolean;
  readonly value: Scalar | NonNullable<ConfigurationEntry['items']> | null;
  readonly values: readonly Scalar[];
}

export function settingContext(key: string, value: ConfigurationValue): SettingContext {
  const setting = settingOf(key, value);
  return {
    isEnv: isEnvKey(key),
    isSecret: setting.secret === true && !isEnvKey(key),
    // A setting with values of its own, such as a further provider, is declared by the module.
    isStandard: Object.hasOwn(standardSettings, key) && !(isLongForm(value) && value.enum !== undefined),
    isLong: isLongForm(value),
    hasDefault: setting.default !== undefined,
    hasMinimum: setting.minimum !== undefined,
    hasMaximum: setting.maximum !== undefined,
    upperKey: key.toUpperCase(),
    ...setting,
  };
}

export function configurationContext(key: string, value: ConfigurationValue): ConfigurationContext {
  if (!isLongForm(value)) return { key, isLong: false, value, lines: [] };
  const lines = Object.entries(value).map(([name, entry]) =>
    Array.isArray(entry)
      ? { name, isList: true, value: null, values: entry }
      : { name, isList: false, value: entry ?? null, values: [] },
  );
  return { key, isLong: true, value: null, lines };
}

/** The providers that the configuration of a module may name. */
export interface ProviderContext {
  /** Whether it may be `openai`. */
  readonly openai: boolean;
  /** The names of the offline provider that it may be: `local`, `sample`. */
  readonly offline: readonly string[];
  /** Whether the manifest lists others, which the module has to implement. */
  readonly hasOwn: boolean;
}

const standardProviders: readonly unknown[] = standardSettings.provider?.enum ?? [];

export function providerContext(names: readonly unknown[] = standardProviders): ProviderContext {
  const offline = standardProviders.filter((name) => name !== 'openai' && names.includes(name)).map(String);
  return {
    openai: names.includes('openai'),
    offline,
    hasOwn: names.some((name) => !standardProviders.includes(name)),
  };
}
