import { readYaml } from '../text/yaml-value.ts';
import { isEnvKey } from './configuration.ts';
import { explainIssues } from './explain.ts';
import { type ConfigurationValue, fields } from './schema.ts';

/** The answers for `new`, from flags, an answers file, a manifest or prompts. Lists add to the standard entries. */
export interface Answers {
  readonly name?: string;
  readonly stack?: string;
  readonly version?: string;
  readonly description?: string;
  readonly author?: string;
  readonly class_name?: string;
  readonly endpoints?: readonly string[];
  readonly permissions?: readonly string[];
  readonly emit?: readonly string[];
  readonly subscribe?: readonly string[];
  readonly dependencies?: readonly string[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly max_concurrent_jobs?: number;
  readonly config?: Readonly<Record<string, ConfigurationValue>>;
  readonly provider?: string;
}

export type AnswerId = keyof Answers;

interface AnswerKind {
  /** The flag on the command line. */
  readonly flag: string;
  /** Returns why a value (or an entry of a list) is invalid, or `undefined`. */
  readonly check: (value: string) => string | undefined;
  readonly isList?: boolean;
}

const bySchema =
  (schema: {
    safeParse(value: unknown): { success: boolean; error?: { issues: readonly { message: string }[] } | undefined };
  }) =>
  (value: string): string | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? undefined : (parsed.error?.issues[0]?.message ?? 'is not valid');
  };

const oneOf = (words: readonly string[]) => (value: string) =>
  words.includes(value) ? undefined : `must be one of ${words.join(', ')}`;

/** One validator for each answer, for every source of answers. */
export const answerKinds: Readonly<Record<AnswerId, AnswerKind>> = {
  name: { flag: '<name>', check: bySchema(fields.name) },
  stack: { flag: '--stack', check: () => undefined },
  version: { flag: '--module-version', check: bySchema(fields.version) },
  description: { flag: '--description', check: bySchema(fields.description) },
  author: { flag: '--author', check: bySchema(fields.author) },
  class_name: { flag: '--class-name', check: bySchema(fields.class_name) },
  endpoints: { flag: '--endpoint', check: bySchema(fields.endpoint), isList: true },
  permissions: { flag: '--permission', check: bySchema(fields.permission), isList: true },
  emit: { flag: '--emit', check: bySchema(fields.event), isList: true },
  subscribe: { flag: '--subscribe', check: bySchema(fields.event), isList: true },
  dependencies: { flag: '--dependency', check: bySchema(fields.dependency), isList: true },
  cpu: { flag: '--cpu', check: bySchema(fields.cpu) },
  memory: { flag: '--memory', check: bySchema(fields.memory) },
  max_concurrent_jobs: {
    flag: '--max-concurrent-jobs',
    check: (value) => (/^[1-9]\d{0,2}$|^1000$/.test(value) ? undefined : 'must be a whole number from 1 to 1000'),
  },
  config: { flag: '--config', check: whyNotConfigEntry, isList: true },
  provider: { flag: '--provider', check: oneOf(['local', 'openai']) },
};

/** `top_k=5`, `language="en"` or `top_k={type: integer, default: 5, minimum: 1}` → key and value. */
export function readConfigEntry(entry: string): readonly [key: string, value: ConfigurationValue] {
  const equals = entry.indexOf('=');
  const key = entry.slice(0, equals);
  const text = entry.slice(equals + 1);
  if (/^\s*\{/.test(text)) return [key, readYaml(text) as ConfigurationValue];
  if (isEnvKey(key)) return [key, text];
  if (/^(true|false)$/.test(text)) return [key, text === 'true'];
  if (/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) return [key, Number(text)];
  return [key, unquoted(text)];
}

/** Quotes make a number a string. Their content is parsed as JSON if it is valid, otherwise used unchanged. */
function unquoted(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

function whyNotConfigEntry(entry: string): string | undefined {
  if (!/^[^=]+=/.test(entry)) return 'must be key=value';
  const key = fields.configurationKey.safeParse(entry.slice(0, entry.indexOf('=')));
  if (!key.success) return `the key ${key.error.issues[0]?.message}`;
  try {
    const [, value] = readConfigEntry(entry);
    if (typeof value !== 'object') return undefined;
    const parsed = fields.configurationEntry.safeParse(value, { reportInput: true });
    if (parsed.success) return undefined;
    const problem = explainIssues(parsed.error.issues, () => Object.keys(fields.configurationEntry.shape))[0];
    return problem === undefined ? 'is not valid' : [problem.message, problem.hint].filter(Boolean).join('. ');
  } catch {
    return 'is not valid YAML; an example is {type: integer, default: 5, minimum: 1, maximum: 10}';
  }
}
