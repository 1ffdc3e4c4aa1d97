import type { Answers } from '../../core/manifest/answers.ts';
import type { QuestionId } from '../../core/pack/pack-meta.ts';
import { isBack } from '../../io/io.ts';
import type { Asking, Step } from './asking.ts';
import { steps } from './questions.ts';

/** The questions by subject, in the order in which they are asked. Within a group the pack decides. */
export const groups = {
  purpose: { title: 'purpose', ids: ['name', 'description', 'author'] },
  types: { title: 'input and output', ids: ['input', 'output'] },
  interface: { title: 'events and permissions', ids: ['endpoints', 'permissions', 'emit', 'subscribe'] },
  configuration: { title: 'configuration', ids: ['dependencies', 'resources', 'config', 'provider'] },
} as const satisfies Record<string, { readonly title: string; readonly ids: readonly QuestionId[] }>;

export type GroupId = keyof typeof groups;
const groupIds = Object.keys(groups) as GroupId[];

/** Questions that have no good default. */
const needed: readonly QuestionId[] = ['name', 'description'];

export type Named = Answers & { readonly name: string };

export interface Interview extends Asking {
  /** The questions of the pack, in its order. */
  readonly order: readonly QuestionId[];
  /** Answers of flags, which are never asked for. */
  readonly given: Answers;
  /** Called after each answer. */
  readonly onAnswer: (answers: Answers) => void;
}

/** Asks for the answers that are missing: those without a default, then, unless the defaults will do, all others. */
export async function askMissing(interview: Interview): Promise<Named> {
  const { answers, given, order } = interview;
  const rest = groupIds.flatMap((group) => stepsOf(group, order)).filter(({ id }) => !needed.includes(id));
  const missing = rest.filter((step) => !isFixed(step, answers, given));
  let wantsDefaults = false;
  const defaults: Step = {
    isAnswered: () => false,
    ask: async ({ prompter }) => {
      wantsDefaults = await prompter.confirm('Use the defaults for everything else?', true);
      return {};
    },
  };
  const first = ['name' as const, ...order.filter((id) => id !== 'name' && needed.includes(id))].flatMap((id) =>
    steps[id].filter((step) => !step.isAnswered(answers)),
  );
  const isSkipped = (step: Step) =>
    first.includes(step) ? false : step === defaults ? missing.length === 0 : wantsDefaults;
  const all = await askInTurn(interview, [...first, defaults, ...missing], isSkipped);
  return (all ?? (await askMissing(interview))) as Named;
}

/** Asks for the answers of a group again. Without a change if Esc leaves its first question. */
export async function askGroup(interview: Interview, group: GroupId): Promise<Named> {
  const { given, answers, order } = interview;
  const changeable = stepsOf(group, order).filter((step) => !step.isAnswered(given));
  return ((await askInTurn(interview, changeable, () => false)) ?? answers) as Named;
}

/** The groups that have a question which no flag answers. */
export function changeableGroups({ order, given }: Interview): GroupId[] {
  return groupIds.filter((group) => stepsOf(group, order).some((step) => !step.isAnswered(given)));
}

function stepsOf(group: GroupId, order: readonly QuestionId[]): (Step & { readonly id: QuestionId })[] {
  const ids: readonly QuestionId[] = groups[group].ids;
  const known = group === 'purpose' ? (['name', ...order.filter((id) => id !== 'name')] as const) : order;
  return known.filter((id) => ids.includes(id)).flatMap((id) => steps[id].map((step) => ({ id, ...step })));
}

/** Kept answers may know only some of the entries in `without`. */
function isFixed(step: Step, answers: Answers, given: Answers): boolean {
  const { without: _, ...kept } = answers;
  return step.isAnswered({ ...kept, ...(given.without && { without: given.without }) });
}

/** Asks the steps in turn; Esc returns to the step before. `undefined` if it leaves the first one. */
async function askInTurn(
  interview: Interview,
  all: readonly Step[],
  isSkipped: (step: Step) => boolean,
): Promise<Answers | undefined> {
  const prompter = interview.prompter.withBack();
  let { answers } = interview;
  const asked: number[] = [];
  for (let at = 0; at < all.length; ) {
    const step = all[at] as Step;
    if (isSkipped(step)) {
      at++;
      continue;
    }
    try {
      answers = { ...answers, ...(await step.ask({ ...interview, prompter, answers })) };
      interview.onAnswer(answers);
      asked.push(at++);
    } catch (error) {
      if (!isBack(error)) throw error;
      const before = asked.pop();
      if (before === undefined) return undefined;
      at = before;
    }
  }
  return answers;
}
