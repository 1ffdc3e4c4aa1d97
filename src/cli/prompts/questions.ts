import { type AnswerId, type Answers, answerKinds } from '../../core/manifest/answers.ts';
import { whyNotTogether } from '../../core/manifest/fit-together.ts';
import type { QuestionId } from '../../core/pack/pack-meta.ts';
import { titleOf } from '../../core/text/names.ts';
import type { Choice } from '../../io/io.ts';
import type { Asking, Step } from './asking.ts';
import { askConfiguration } from './configuration.ts';
import { askFields } from './fields.ts';
import { offeredDependencies, offeredEvents, standardStep } from './standard.ts';

/** The questions of `new`, by their names in a pack's `questions:`. */
export const steps: Readonly<Record<QuestionId, readonly Step[]>> = {
  name: [line('name', 'Name of the module (snake_case)')],
  description: [
    line('description', 'What does it do?', ({ answers }) => `${titleOf(answers.name ?? '')}: an AI module.`),
  ],
  author: [line('author', 'Author', ({ author }) => author)],
  input: [fieldsStep('input', 'Field of the input, like text:string or language?:en|fr=en (empty: any JSON object)')],
  output: [fieldsStep('output', 'Field of the output (empty: any JSON object)')],
  endpoints: [standardStep('endpoints'), list('endpoints', 'Endpoints beyond the standard ones, like "POST /reindex"')],
  permissions: [
    standardStep('permissions'),
    list('permissions', 'Permissions beyond create, read, delete and admin, like "ns:share"'),
  ],
  emit: [standardStep('emit'), list('emit', 'Events it emits beyond the standard five, like "ns.indexed"')],
  subscribe: [
    standardStep('subscribe'),
    list('subscribe', 'Events it handles beyond user.deleted, like "file.uploaded"', offeredEvents),
  ],
  dependencies: [list('dependencies', 'Dependencies: services, "module:<name>" or packages', offeredDependencies)],
  resources: [
    line('cpu', 'CPUs', () => '1'),
    line('memory', 'Memory', () => '512Mi'),
    line('max_concurrent_jobs', 'Jobs that run at once, over all processes', () => '10'),
  ],
  config: [
    {
      isAnswered: ({ config }) => config !== undefined,
      ask: async (asking) => ({ config: await askConfiguration(asking) }),
    },
  ],
  provider: [
    choice('provider', 'Where is the work done?', ({ input, output }) => [
      (input ?? output) === undefined
        ? { value: 'local', label: 'local: in this process, offline' }
        : { value: 'sample', label: 'sample: nowhere yet; each result is an example of the output' },
      { value: 'openai', label: 'openai: an OpenAI-compatible server' },
    ]),
  ],
};

function line(id: AnswerId, message: string, initial?: (asking: Asking) => string): Step {
  return {
    isAnswered: (answers) => answers[id] !== undefined,
    ask: async (asking) => {
      const check = (text: string) =>
        whyNotOne(asking, id, text) ?? whyNotTogether({ ...asking.answers, [id]: answerOf(id, text) });
      const earlier = asking.answers[id];
      const value = earlier === undefined ? undefined : String(earlier);
      return { [id]: answerOf(id, await asking.prompter.text({ message, default: initial?.(asking), value, check })) };
    },
  };
}

function fieldsStep(id: 'input' | 'output', message: string): Step {
  return {
    isAnswered: (answers) => answers[id] !== undefined,
    ask: (asking) => askFields(asking, id, message),
  };
}

type ListId = 'endpoints' | 'permissions' | 'emit' | 'subscribe' | 'dependencies';

/** Offers names that exist. Then asks for other entries on one line, separated by commas. The line may be empty. */
function list(id: ListId, message: string, offered: (asking: Asking) => readonly Choice[] = () => []): Step {
  return {
    isAnswered: (answers) => answers[id] !== undefined,
    ask: async (asking) => {
      const earlier = asking.answers[id] ?? [];
      const choices = offered(asking).map((one) => ({ ...one, checked: earlier.includes(one.value) }));
      const what = id === 'dependencies' ? 'Modules that it calls' : 'Events of other modules that it handles';
      const chosen = choices.length === 0 ? [] : await asking.prompter.checkbox(what, choices);
      const check = (text: string) => {
        const entries = entriesOf(text);
        const wrong = entries.find((entry) => answerKinds[id].check(entry) !== undefined);
        if (wrong !== undefined) return `${wrong} ${answerKinds[id].check(wrong)}.`;
        return whyNotTogether({ ...asking.answers, [id]: [...chosen, ...entries] });
      };
      const others = earlier.filter((entry) => !choices.some(({ value }) => value === entry));
      const text = await asking.prompter.text({
        message: `${message} (comma-separated)`,
        default: '',
        value: others.join(', '),
        check,
      });
      return { [id]: [...new Set([...chosen, ...entriesOf(text)])] };
    },
  };
}

function choice(id: 'provider', message: string, choices: (answers: Answers) => readonly Choice[]): Step {
  return {
    isAnswered: ({ [id]: answer, config }) => answer !== undefined || config?.[id] !== undefined,
    ask: async ({ prompter, answers }) => {
      const offered = choices(answers);
      const earlier = offered.some(({ value }) => value === answers[id]) ? answers[id] : undefined;
      return { [id]: await prompter.select(message, offered, earlier) };
    },
  };
}

function whyNotOne({ namesInUse, whyReserved }: Asking, id: AnswerId, text: string): string | undefined {
  const reason = answerKinds[id].check(text);
  if (reason !== undefined) return `It ${reason}.`;
  const reserved = id === 'name' ? whyReserved(text) : undefined;
  if (reserved !== undefined) return `${text} is reserved: ${reserved}.`;
  const isTaken = id === 'name' && namesInUse.some((name) => name.toLowerCase() === text);
  return isTaken ? 'The host has a module of that name already.' : undefined;
}

function answerOf(id: AnswerId, text: string): string | number {
  return id === 'max_concurrent_jobs' ? Number(text) : text;
}

/** Splits at commas, but not in `celery[redis,msgpack]` or `numpy>=1,<3`. */
function entriesOf(text: string): string[] {
  return text
    .split(/,(?![^[]*\])(?!\s*[<>=!~^])/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
