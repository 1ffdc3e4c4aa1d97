import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type AnswerId, type Answers, answerKinds, readConfigEntry } from '../../core/manifest/answers.ts';
import { explainIssues } from '../../core/manifest/explain.ts';
import { type ConfigurationValue, fields, maxManifestBytes } from '../../core/manifest/schema.ts';
import { suggestValue } from '../../core/manifest/suggest-value.ts';
import { readNamedType, readObjectAnswer, readTypeAnswer, type Schema } from '../../core/manifest/type-answer.ts';
import { suggestModuleName } from '../../core/text/names.ts';
import { nearestWord } from '../../core/text/nearest-word.ts';
import { readYaml } from '../../core/yaml/fast.ts';
import { isMapping } from '../../core/yaml/same.ts';
import { readText } from '../../io/fs/read-file.ts';

/** The flags of `new` that answer questions, as commander names them. */
export interface AnswerFlags {
  readonly stack?: string;
  readonly description?: string;
  readonly author?: string;
  readonly input?: string;
  readonly options?: string;
  readonly output?: string;
  readonly inputFrom?: string;
  readonly outputFrom?: string;
  readonly type?: readonly string[];
  readonly endpoint?: readonly string[];
  readonly permission?: readonly string[];
  readonly emit?: readonly string[];
  readonly subscribe?: readonly string[];
  readonly config?: readonly string[];
  readonly dependency?: readonly string[];
  readonly provider?: string;
  readonly without?: readonly string[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly maxConcurrentJobs?: string;
  readonly className?: string;
  readonly moduleVersion?: string;
}

export function answersFromFlags(name: string | undefined, flags: AnswerFlags): Promise<Answers> {
  return checkAnswers(
    defined({
      name,
      stack: flags.stack,
      version: flags.moduleVersion,
      description: flags.description,
      author: flags.author,
      class_name: flags.className,
      types: flags.type,
      input: flags.input,
      options: flags.options,
      output: flags.output,
      endpoints: flags.endpoint,
      permissions: flags.permission,
      emit: flags.emit,
      subscribe: flags.subscribe,
      dependencies: flags.dependency,
      cpu: flags.cpu,
      memory: flags.memory,
      max_concurrent_jobs: flags.maxConcurrentJobs,
      config: flags.config,
      provider: flags.provider,
      without: flags.without,
    }),
    (id) => answerKinds[id].flag,
  );
}

/** An answers file: a YAML mapping with the names of `Answers`; `config` is a mapping as in a manifest. */
export async function readAnswersFile(cwd: string, file: string): Promise<Answers> {
  const unusable = (reason: string, cause?: unknown) => new Failure('answers-unreadable', { file, reason }, cause);
  const text = readText(resolve(cwd, file), maxManifestBytes);
  let value: unknown;
  try {
    value = await readYaml(text);
  } catch (error) {
    throw unusable((error as Error).message, error);
  }
  if (value === undefined || value === null) throw unusable('it is empty');
  if (typeof value !== 'object' || Array.isArray(value)) throw unusable('it is not a mapping of names to answers');
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(answerKinds, key));
  if (unknown !== undefined) {
    const near = nearestWord(unknown, Object.keys(answerKinds));
    throw unusable(
      `line ${lineOf(text, unknown)}: unknown name ${unknown}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  return checkAnswers(value as Record<string, unknown>, (id) => `${id} (${file}:${lineOf(text, id)})`);
}

/** The line of a top-level key. */
function lineOf(text: string, key: string): number {
  const start = new RegExp(`^["']?${key.replace(/[^\w]/g, '\\$&')}["']?\\s*:`);
  return text.split('\n').findIndex((line) => start.test(line)) + 1 || 1;
}

/** Merges two sources: single values of `first` take precedence, lists and configuration are combined. */
export function mergeAnswers(first: Answers, second: Answers): Answers {
  const lists = (['endpoints', 'permissions', 'emit', 'subscribe', 'dependencies', 'without'] as const).filter(
    (id) => first[id] !== undefined && second[id] !== undefined,
  );
  return {
    ...second,
    ...first,
    ...Object.fromEntries(lists.map((id) => [id, [...(second[id] ?? []), ...(first[id] ?? [])]])),
    ...Object.fromEntries(
      (['config', 'types'] as const)
        .filter((id) => first[id] !== undefined || second[id] !== undefined)
        .map((id) => [id, { ...second[id], ...first[id] }]),
    ),
  };
}

async function checkAnswers(
  raw: Readonly<Record<string, unknown>>,
  nameOf: (id: AnswerId) => string,
): Promise<Answers> {
  const answers: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw))
    answers[key] = await checkAnswer(key as AnswerId, value, nameOf(key as AnswerId));
  return answers;
}

async function checkAnswer(id: AnswerId, value: unknown, name: string): Promise<unknown> {
  if (id === 'config') return Array.isArray(value) ? configFromEntries(value, name) : configFromMapping(value, name);
  if (id === 'types') return readNamedTypes(value, name);
  if (id === 'input' || id === 'options' || id === 'output') return { schema: await readType(value, name) };
  if (answerKinds[id].isList) {
    if (!Array.isArray(value)) throw invalidAnswer(name, value, 'must be a list');
    for (const entry of value) assertValid(id, entry, name);
    return value;
  }
  const text = typeof value === 'number' && isQuantity(id) ? String(value) : value;
  assertValid(id, text, name);
  return id === 'max_concurrent_jobs' ? Number(text) : text;
}

/** YAML reads a quantity without a unit as a number. */
function isQuantity(id: AnswerId): boolean {
  return id === 'cpu' || id === 'memory' || id === 'max_concurrent_jobs';
}

function assertValid(id: AnswerId, value: unknown, name: string): void {
  const reason = typeof value === 'string' ? answerKinds[id].check(value) : 'must be a string';
  if (reason === undefined) return;
  if (id === 'name') {
    const suggestion = typeof value === 'string' ? suggestModuleName(value) : undefined;
    throw invalidAnswer(name, value, suggestion === undefined ? reason : `${reason}. Did you mean ${suggestion}?`);
  }
  const near = suggestValue(answerKinds[id].path ?? [], value);
  throw invalidAnswer(name, value, near === undefined ? reason : `${reason}. Did you mean ${near}?`);
}

async function configFromEntries(
  entries: readonly unknown[],
  name: string,
): Promise<Record<string, ConfigurationValue>> {
  const config: Record<string, ConfigurationValue> = {};
  for (const entry of entries) {
    const read = typeof entry === 'string' ? await readConfigEntry(entry) : 'must be a string';
    if (typeof read === 'string') throw invalidAnswer(name, entry, read);
    config[read[0]] = read[1];
  }
  return config;
}

function configFromMapping(value: unknown, name: string): Record<string, ConfigurationValue> {
  const parsed = fields.configuration.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problem = explainIssues(parsed.error.issues, () => Object.keys(fields.configurationEntry.shape))[0];
  throw invalidAnswer(name, value, [problem?.message, problem?.hint].filter(Boolean).join('. '));
}

/** A list from flags, or a mapping from a file. */
async function readNamedTypes(value: unknown, name: string): Promise<Record<string, Schema>> {
  const types: Record<string, Schema> = {};
  if (isMapping(value)) {
    for (const [key, one] of Object.entries(value)) types[key] = await readType(one, `${name}: ${key}`, readTypeAnswer);
    return types;
  }
  if (!Array.isArray(value)) throw invalidAnswer(name, value, 'must be a mapping of names to types');
  for (const entry of value) {
    const read = typeof entry === 'string' ? await readNamedType(entry) : 'must be a string';
    if (typeof read === 'string') throw invalidAnswer(name, entry, read);
    if (Object.hasOwn(types, read[0])) throw invalidAnswer(name, entry, `${read[0]} is there twice`);
    types[read[0]] = read[1];
  }
  return types;
}

async function readType(value: unknown, name: string, read = readObjectAnswer): Promise<Schema> {
  if (isMapping(value)) return value;
  const schema = typeof value === 'string' ? await read(value) : 'must be fields, like text:string, or a schema';
  if (typeof schema === 'string') throw invalidAnswer(name, value, schema);
  return schema;
}

function invalidAnswer(flag: string, value: unknown, reason: string): Failure {
  return new Failure('answer-invalid', { flag, value: shown(value), reason });
}

/** Never in full: with aliases, a short YAML text can expand to more than fits in memory. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return '[…]';
  return typeof value === 'object' && value !== null ? '{…}' : String(value);
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
