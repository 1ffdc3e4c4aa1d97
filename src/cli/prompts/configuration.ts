import type { Answers } from '../../core/manifest/answers.ts';
import { fitsType, isEnvKey, type Scalar, standardSettings } from '../../core/manifest/configuration.ts';
import { whyNotTogether } from '../../core/manifest/fit-together.ts';
import {
  type ConfigurationEntry,
  type ConfigurationValue,
  fields,
  type ScalarType,
} from '../../core/manifest/schema.ts';
import { isBack, type Prompter } from '../../io/io.ts';
import type { Asking } from './asking.ts';

type Configuration = NonNullable<Answers['config']>;

/** Asks for settings until the key is empty. Checks each one together with the earlier ones. Esc removes the last one. */
export async function askConfiguration({ prompter, answers }: Asking): Promise<Configuration> {
  let config: Configuration = { ...answers.config };
  let value: string | undefined;
  let isInSetting = false;
  for (;;) {
    try {
      const message = `Configuration key${listed(config)} (empty to go on)`;
      const key = await prompter.text({ message, default: '', value, check: whyNotKey });
      if (key === '') return config;
      value = key;
      isInSetting = true;
      const whyNot = (setting: ConfigurationValue) =>
        whyNotTogether({ ...answers, config: { ...config, [key]: setting } });
      config = { ...config, [key]: await askSetting(prompter, key, whyNot) };
      value = undefined;
      isInSetting = false;
    } catch (error) {
      if (!isBack(error)) throw error;
      // Esc in a setting asks for its key again.
      if (isInSetting) {
        isInSetting = false;
        continue;
      }
      value = Object.keys(config).at(-1);
      if (value === undefined) throw error;
      const { [value]: _, ...rest } = config;
      config = rest;
    }
  }
}

function listed(config: Configuration): string {
  const keys = Object.keys(config);
  return keys.length === 0 ? '' : `, after ${keys.join(', ')}`;
}

function whyNotKey(key: string): string | undefined {
  const reason = key === '' ? undefined : fields.configurationKey.safeParse(key).error?.issues[0]?.message;
  return reason && `It ${reason}.`;
}

type WhyNot = (value: ConfigurationValue) => string | undefined;

async function askSetting(prompter: Prompter, key: string, whyNot: WhyNot): Promise<ConfigurationValue> {
  if (isEnvKey(key)) return prompter.text({ message: 'Name of the environment variable', check: whyNot });
  const known = Object.hasOwn(standardSettings, key) ? standardSettings[key] : undefined;
  if (known !== undefined) {
    const message = `${known.description}`;
    return (await askValue(prompter, { message, type: known.type, initial: String(known.default), whyNot })) as Scalar;
  }
  const type = (await prompter.select(`Type of ${key}`, typeChoices, 'string')) as ScalarType;
  if (await prompter.confirm(`Is ${key} a secret?`, false)) return { type, secret: true };
  return askEntry(prompter, type, whyNot);
}

const typeChoices = (['string', 'integer', 'number', 'boolean'] as const).map((value) => ({ value, label: value }));

/** Asks for the bounds first, so that the default can be checked against them. */
async function askEntry(prompter: Prompter, type: ScalarType, whyNot: WhyNot): Promise<ConfigurationEntry> {
  let entry: ConfigurationEntry = { type };
  const isNumber = type === 'integer' || type === 'number';
  for (const part of isNumber ? (['minimum', 'maximum', 'default'] as const) : (['default'] as const)) {
    const value = await askValue(prompter, {
      message: `${partNames[part]} (empty for none)`,
      type,
      initial: '',
      whyNot: (answer) => whyNot({ ...entry, [part]: answer }),
    });
    if (value !== undefined) entry = { ...entry, [part]: value };
  }
  return entry;
}

const partNames = { minimum: 'Smallest value', maximum: 'Largest value', default: 'Default' } as const;

interface ValueQuestion {
  readonly message: string;
  readonly type: ScalarType;
  readonly initial: string;
  readonly whyNot: (value: Scalar) => string | undefined;
}

async function askValue(
  prompter: Prompter,
  { message, type, initial, whyNot }: ValueQuestion,
): Promise<Scalar | undefined> {
  const check = (text: string) => {
    if (text === '') return undefined;
    const value = readValue(type, text);
    return value === undefined ? `It must be ${nouns[type]}.` : whyNot(value);
  };
  return readValue(type, await prompter.text({ message, default: initial, check }));
}

const nouns = { string: 'a text', integer: 'a whole number', number: 'a number', boolean: 'true or false' } as const;

function readValue(type: ScalarType, text: string): Scalar | undefined {
  if (text === '') return undefined;
  if (type === 'string') return text;
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : undefined);
  const value = Number(text);
  return Number.isFinite(value) && fitsType(value, type) ? value : undefined;
}
