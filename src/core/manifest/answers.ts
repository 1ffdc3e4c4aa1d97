import { classNameFor, titleOf } from '../text/names.ts';
import { readYaml, YamlError } from '../yaml/fast.ts';
import { isEnvKey, type Scalar } from './configuration.ts';
import { standardEndpoints } from './endpoints.ts';
import { explainIssues } from './explain.ts';
import { lifecycleEvents, permissionRoles } from './namespace.ts';
import { type ConfigurationValue, fields, type Manifest, usualResources } from './schema.ts';
import type { Schema, TypeAnswer } from './type-answer.ts';

/** The answers for `new`, from flags, an answers file, a manifest or prompts. Lists add to the standard entries. */
export interface Answers {
  readonly name?: string;
  readonly stack?: string;
  readonly version?: string;
  readonly description?: string;
  readonly author?: string;
  readonly class_name?: string;
  readonly types?: Readonly<Record<string, Schema>>;
  readonly input?: TypeAnswer;
  readonly options?: TypeAnswer;
  readonly output?: TypeAnswer;
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
  /** Standard endpoints, permissions and events that the module does not have. */
  readonly without?: readonly string[];
}

export type AnswerId = keyof Answers;

interface AnswerKind {
  /** The flag on the command line. */
  readonly flag: string;
  /** Returns why a value (or an entry of a list) is invalid, or `undefined`. */
  readonly check: (value: string) => string | undefined;
  readonly isList?: boolean;
  /** Its path in a manifest, for keys with corrections. */
  readonly path?: readonly string[];
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
  version: { flag: '--module-version', check: bySchema(fields.version), path: ['version'] },
  description: { flag: '--description', check: bySchema(fields.description) },
  author: { flag: '--author', check: bySchema(fields.author) },
  class_name: { flag: '--class-name', check: bySchema(fields.class_name), path: ['class_name'] },
  // Read and checked by read-answers.ts.
  types: { flag: '--type', check: () => undefined, isList: true },
  input: { flag: '--input', check: () => undefined },
  options: { flag: '--options', check: () => undefined },
  output: { flag: '--output', check: () => undefined },
  endpoints: { flag: '--endpoint', check: bySchema(fields.endpoint), isList: true, path: ['endpoints'] },
  permissions: {
    flag: '--permission',
    check: bySchema(fields.permission),
    isList: true,
    path: ['permissions_required'],
  },
  emit: { flag: '--emit', check: bySchema(fields.event), isList: true, path: ['events_emitted'] },
  subscribe: { flag: '--subscribe', check: bySchema(fields.event), isList: true, path: ['events_subscribed'] },
  dependencies: { flag: '--dependency', check: bySchema(fields.dependency), isList: true, path: ['dependencies'] },
  cpu: { flag: '--cpu', check: bySchema(fields.cpu), path: ['resources', 'cpu'] },
  memory: { flag: '--memory', check: bySchema(fields.memory), path: ['resources', 'memory'] },
  max_concurrent_jobs: {
    flag: '--max-concurrent-jobs',
    check: (value) => (/^[1-9]\d{0,2}$|^1000$/.test(value) ? undefined : 'must be a whole number from 1 to 1000'),
  },
  // Read and checked by readConfigEntry.
  config: { flag: '--config', check: () => undefined, isList: true },
  provider: { flag: '--provider', check: oneOf(['local', 'openai', 'sample']) },
  without: { flag: '--without', check: () => undefined, isList: true },
};

/**
 * `top_k=5`, `language="en"`, `tags=[a, b]` or `top_k={type: integer, default: 5, minimum: 1}` → key and value, or the
 * reason why the entry is invalid, as the end of a sentence.
 */
export async function readConfigEntry(
  entry: string,
): Promise<readonly [key: string, value: ConfigurationValue] | string> {
  if (!/^[^=]+=/.test(entry)) return 'must be key=value';
  const equals = entry.indexOf('=');
  const [key, text] = [entry.slice(0, equals), entry.slice(equals + 1)];
  const checked = fields.configurationKey.safeParse(key);
  if (!checked.success) return `the key ${checked.error.issues[0]?.message}`;
  const isList = isListText(text);
  if (!isList && !/^\s*\{/.test(text)) return [key, scalarOf(key, text)];
  const value = await readYaml(text).catch((error: unknown) => {
    if (error instanceof YamlError) return undefined;
    throw error;
  });
  if (value === undefined) {
    const example = isList ? '[a, b]; quotes make it a string' : '{type: integer, default: 5, minimum: 1, maximum: 10}';
    return `is not valid YAML; an example is ${example}`;
  }
  const schema = isList ? fields.configurationList : fields.configurationEntry;
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return [key, parsed.data];
  const problem = explainIssues(parsed.error.issues, () => Object.keys(fields.configurationEntry.shape))[0];
  return problem === undefined ? 'is not valid' : [problem.message, problem.hint].filter(Boolean).join('. ');
}

/** Whether the value of `key=text` is a list, as in `tags=[a, b]`. */
export function isListText(text: string): boolean {
  return /^\s*\[.*\]\s*$/s.test(text);
}

/** The value of `key=text`: a boolean, a number, or a string for anything else. */
export function scalarOf(key: string, text: string): Scalar {
  if (isEnvKey(key)) return text;
  if (/^(true|false)$/.test(text)) return text === 'true';
  if (/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) return Number(text);
  return unquoted(text);
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

/** Defaults for missing answers; `author` comes from the git configuration. */
export interface Defaults {
  readonly author: string;
  readonly dependencies: readonly string[];
}

/** Answers → manifest. Only the name is required. `base` is the manifest of `--from`: lists add to it, other values replace it. */
export function manifestFromAnswers(
  answers: Answers & { readonly name: string },
  defaults: Defaults,
  base?: Manifest,
): Manifest {
  const { input, options, output } = answers;
  const start = startingManifest(answers, defaults, base);
  const types = { ...(start.types ?? {}), ...input?.types, ...options?.types, ...output?.types, ...answers.types };
  const isTyped = (input ?? output ?? start.input ?? start.output) !== undefined;
  const wasTyped = base !== undefined && (base.input ?? base.output) !== undefined;
  return {
    ...start,
    version: answers.version ?? start.version,
    description: answers.description ?? start.description,
    author: answers.author ?? start.author,
    class_name: answers.class_name ?? start.class_name,
    dependencies: added(start.dependencies, answers.dependencies),
    ...(Object.keys(types).length === 0 ? {} : { types }),
    ...(input === undefined ? {} : { input: input.schema }),
    ...(options === undefined ? {} : { options: options.schema }),
    ...(output === undefined ? {} : { output: output.schema }),
    endpoints: added(start.endpoints, answers.endpoints),
    permissions_required: added(start.permissions_required, answers.permissions),
    events_emitted: added(start.events_emitted, answers.emit),
    events_subscribed: added(start.events_subscribed, answers.subscribe),
    resources: {
      cpu: answers.cpu ?? start.resources.cpu,
      memory: answers.memory ?? start.resources.memory,
      max_concurrent_jobs: answers.max_concurrent_jobs ?? start.resources.max_concurrent_jobs,
    },
    configuration: {
      ...start.configuration,
      // The provider `local` works on any object.
      ...(isTyped && !wasTyped && start.configuration.provider === 'local' ? { provider: 'sample' } : {}),
      ...answers.config,
      ...(answers.provider === undefined ? {} : { provider: answers.provider }),
    },
  };
}

/** The manifest that the answers change: without the entries that they leave out. */
export function startingManifest(
  { name, without = [] }: Answers & { readonly name: string },
  defaults: Defaults,
  base?: Manifest,
): Manifest {
  const start = base === undefined ? standardManifest(name, defaults) : base.name === name ? base : { ...base, name };
  if (without.length === 0) return start;
  const left = <T>(entries: readonly T[]) => entries.filter((entry) => !without.includes(String(nameOf(entry))));
  return {
    ...start,
    endpoints: left(start.endpoints),
    permissions_required: left(start.permissions_required),
    events_emitted: left(start.events_emitted),
    events_subscribed: left(start.events_subscribed),
  };
}

/** The entries that `without` may name. */
export function removableEntries(name: string, base?: Manifest): string[] {
  const { endpoints, permissions_required, events_emitted, events_subscribed } =
    base ?? standardManifest(name, { author: '', dependencies: [] });
  return [...endpoints, ...permissions_required, ...events_emitted, ...events_subscribed].map((entry) =>
    String(nameOf(entry)),
  );
}

function standardManifest(name: string, defaults: Defaults): Manifest {
  return {
    name,
    version: '1.0.0',
    description: `${titleOf(name)}: an AI module.`,
    author: defaults.author,
    class_name: classNameFor(name),
    dependencies: [...defaults.dependencies],
    endpoints: [...standardEndpoints],
    permissions_required: permissionRoles.map((role) => `${name}:${role}`),
    events_emitted: lifecycleEvents.map((verb) => `${name}.${verb}`),
    events_subscribed: ['user.deleted'],
    resources: { ...usualResources },
    configuration: { timeout_seconds: 300, retry_attempts: 3, provider: 'local' },
  };
}

/** Adds strings to a list whose entries may have a long form. */
function added<T>(entries: readonly (string | T)[], more: readonly string[] = []): (string | T)[] {
  const there = new Set(entries.map(nameOf));
  return [...entries, ...more.filter((name) => !there.has(name) && there.add(name))];
}

function nameOf(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return entry;
  return 'endpoint' in entry ? entry.endpoint : 'event' in entry ? entry.event : undefined;
}
