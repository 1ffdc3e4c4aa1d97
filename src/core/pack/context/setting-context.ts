import { isEnvKey, type Scalar, type Setting, settingOf, standardSettings } from '../../manifest/configuration.ts';
import type { ConfigurationValue } from '../../manifest/schema.ts';

/** A configuration key in its long form, whichever form the manifest has, with what a template asks about it. */
export interface SettingContext extends Setting {
  /** The key as the manifest has it: snake_case. */
  readonly key: string;
  /** Whether it holds the name of an environment variable: its key ends in `_env`. */
  readonly isEnv: boolean;
  /** Whether it is secret itself, and does not only name a variable. */
  readonly isSecret: boolean;
  /** Declared by the host for every module; the manifest gives it another default. */
  readonly isStandard: boolean;
  /** Whether the manifest has its long form. */
  readonly isLong: boolean;
  /** Whether it has a default, which may be empty, false or 0. */
  readonly hasDefault: boolean;
  /** Whether it has a smallest value, which may be 0. */
  readonly hasMinimum: boolean;
  /** Whether it has a largest value, which may be 0. */
  readonly hasMaximum: boolean;
  /** The key in capitals: `TOP_K`. */
  readonly upperKey: string;
}

/** One key of the manifest's `configuration` in the form it has there: a scalar, or the lines of the long form. */
export interface ConfigurationContext {
  /** The key. */
  readonly key: string;
  /** Whether the manifest has the long form. */
  readonly isLong: boolean;
  /** The scalar; null for the long form. */
  readonly value: Scalar | null;
  /** The long form's lines, in its order: `name`, and either `value` or, with `isList`, `values`. */
  readonly lines: readonly ConfigurationLine[];
}

interface ConfigurationLine {
  readonly name: string;
  readonly isList: boolean;
  readonly value: Scalar | null;
  readonly values: readonly Scalar[];
}

export function settingContext(key: string, value: ConfigurationValue): SettingContext {
  const setting = settingOf(key, value);
  return {
    isEnv: isEnvKey(key),
    isSecret: setting.secret === true && !isEnvKey(key),
    isStandard: Object.hasOwn(standardSettings, key),
    isLong: typeof value === 'object',
    hasDefault: setting.default !== undefined,
    hasMinimum: setting.minimum !== undefined,
    hasMaximum: setting.maximum !== undefined,
    upperKey: key.toUpperCase(),
    ...setting,
  };
}

export function configurationContext(key: string, value: ConfigurationValue): ConfigurationContext {
  if (typeof value !== 'object') return { key, isLong: false, value, lines: [] };
  const lines = Object.entries(value).map(([name, entry]) =>
    Array.isArray(entry)
      ? { name, isList: true, value: null, values: entry }
      : { name, isList: false, value: entry as Scalar, values: [] },
  );
  return { key, isLong: true, value: null, lines };
}
