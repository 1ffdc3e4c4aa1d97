import { type AnswerId, type Answers, answerKinds, readConfigEntry } from '../core/manifest/answers.ts';
import { type ConfigurationValue, fields } from '../core/manifest/schema.ts';
import type { QuestionId } from '../core/pack/questions.ts';
import { titleOf } from '../core/text/names.ts';
import type { Prompter } from '../io/io.ts';

export interface Asking {
  readonly prompter: Prompter;
  readonly author: string;
}

type Question = (asking: Asking, answers: Answers & { readonly name: string }) => Promise<Partial<Answers>>;

/** One question of `new`: the answers it fills, and how it is asked on a terminal. */
const questions: Readonly<
  Record<Exclude<QuestionId, 'name'>, { readonly fills: readonly AnswerId[]; readonly ask: Question }>
> = {
  description: {
    fills: ['description'],
    ask: async ({ prompter }, { name }) => ({
      description: await line(prompter, 'description', 'What does it do?', `${titleOf(name)}: an AI module.`),
    }),
  },
  author: {
    fills: ['author'],
    ask: async ({ prompter, author }) => ({ author: await line(prompter, 'author', 'Author', author) }),
  },
  endpoints: {
    fills: ['endpoints'],
    ask: async ({ prompter }) => ({
      endpoints: await list(prompter, 'endpoints', 'Endpoints beyond the standard six, like "POST /reindex"'),
    }),
  },
  permissions: {
    fills: ['permissions'],
    ask: async ({ prompter }) => ({
      permissions: await list(
        prompter,
        'permissions',
        'Permissions beyond create, read, delete and admin, like "ns:share"',
      ),
    }),
  },
  emit: {
    fills: ['emit'],
    ask: async ({ prompter }) => ({
      emit: await list(prompter, 'emit', 'Events it emits beyond the standard five, like "ns.indexed"'),
    }),
  },
  subscribe: {
    fills: ['subscribe'],
    ask: async ({ prompter }) => ({
      subscribe: await list(prompter, 'subscribe', 'Events it handles beyond user.deleted, like "file.uploaded"'),
    }),
  },
  dependencies: {
    fills: ['dependencies'],
    ask: async ({ prompter }) => ({
      dependencies: await list(prompter, 'dependencies', 'Dependencies: services, "module:<name>" or packages'),
    }),
  },
  resources: {
    fills: ['cpu', 'memory', 'max_concurrent_jobs'],
    ask: async ({ prompter }) => ({
      cpu: await line(prompter, 'cpu', 'CPUs', '1'),
      memory: await line(prompter, 'memory', 'Memory', '512Mi'),
      max_concurrent_jobs: Number(await line(prompter, 'max_concurrent_jobs', 'Jobs one worker runs at once', '10')),
    }),
  },
  config: { fills: ['config'], ask: async ({ prompter }) => ({ config: await askConfiguration(prompter) }) },
  provider: {
    fills: ['provider'],
    ask: async ({ prompter }) => ({
      provider: await prompter.select('Where is the work done?', [
        { value: 'local', label: 'local: in this process, offline' },
        { value: 'openai', label: 'openai: an OpenAI-compatible server' },
      ]),
    }),
  },
};

/** Asks what is still missing, in the order of the pack. */
export async function askMissing(
  asking: Asking,
  order: readonly QuestionId[],
  given: Answers,
): Promise<Answers & { name: string }> {
  let answers = {
    ...given,
    name: given.name ?? (await line(asking.prompter, 'name', 'Name of the module (snake_case)')),
  };
  for (const id of order) {
    if (id === 'name' || questions[id].fills.some((answer) => given[answer] !== undefined)) continue;
    answers = { ...answers, ...(await questions[id].ask(asking, answers)) };
  }
  return answers;
}

function line(prompter: Prompter, id: AnswerId, message: string, initial?: string): Promise<string> {
  return prompter.text({ message, default: initial, check: (answer) => sentence(answerKinds[id].check(answer)) });
}

/** Entries on one line, separated by commas; nothing is a fine answer. */
async function list(prompter: Prompter, id: AnswerId, message: string): Promise<string[]> {
  const split = (answer: string) =>
    answer
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  const check = (answer: string) => {
    const wrong = split(answer).find((entry) => answerKinds[id].check(entry) !== undefined);
    return wrong === undefined ? undefined : `${wrong} ${answerKinds[id].check(wrong)}`;
  };
  return split(await prompter.text({ message: `${message} (comma-separated)`, default: '', check }));
}

async function askConfiguration(prompter: Prompter): Promise<Record<string, ConfigurationValue>> {
  const entries: Record<string, ConfigurationValue> = {};
  for (;;) {
    const checkKey = (answer: string) =>
      answer === '' ? undefined : sentence(fields.configurationKey.safeParse(answer).error?.issues[0]?.message);
    const key = await prompter.text({ message: 'Configuration key (empty to go on)', default: '', check: checkKey });
    if (key === '') return entries;
    entries[key] = key.endsWith('_env') ? await askVariable(prompter) : await askSetting(prompter, key);
  }
}

function askVariable(prompter: Prompter): Promise<string> {
  return prompter.text({
    message: 'Environment variable that holds it',
    check: (answer) => (/^[A-Z_][A-Z0-9_]*$/.test(answer) ? undefined : 'Must be like MY_API_KEY.'),
  });
}

async function askSetting(prompter: Prompter, key: string): Promise<ConfigurationValue> {
  const types = ['string', 'integer', 'number', 'boolean'] as const;
  const type = (await prompter.select(
    `Type of ${key}`,
    types.map((value) => ({ value, label: value })),
    'string',
  )) as (typeof types)[number];
  if (await prompter.confirm(`Is ${key} a secret?`, false)) return { type, secret: true };
  const readAs = (answer: string) =>
    readConfigEntry(`${key}=${type === 'string' ? JSON.stringify(answer) : answer}`)[1];
  const isNumber = type === 'integer' || type === 'number';
  const fits = (answer: string) => answer === '' || typeof readAs(answer) === (isNumber ? 'number' : type);
  const check = (answer: string) =>
    fits(answer) && (type !== 'integer' || answer === '' || Number.isInteger(Number(answer)))
      ? undefined
      : `Must be of type ${type}.`;
  const initial = await prompter.text({ message: `Default of ${key} (empty for none)`, default: '', check });
  const minimum = isNumber
    ? await prompter.text({ message: 'Smallest value (empty for none)', default: '', check })
    : '';
  const maximum = isNumber
    ? await prompter.text({ message: 'Largest value (empty for none)', default: '', check })
    : '';
  return {
    type,
    ...(initial === '' ? {} : { default: type === 'string' ? initial : (readAs(initial) as number | boolean) }),
    ...(minimum === '' ? {} : { minimum: Number(minimum) }),
    ...(maximum === '' ? {} : { maximum: Number(maximum) }),
  };
}

function sentence(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : `It ${reason}.`;
}
