import type { Answers } from '../../core/manifest/answers.ts';
import type { QuestionId } from '../../core/pack/questions.ts';
import type { Asking } from './ask-configuration.ts';
import { steps } from './questions.ts';

/** Asks what the answers still lack: the name, then the rest in the pack's order. */
export async function askMissing(asking: Asking, order: readonly QuestionId[]): Promise<Answers & { name: string }> {
  let { answers } = asking;
  for (const step of ['name' as const, ...order].flatMap((id) => steps[id])) {
    if (step.isAnswered(answers)) continue;
    answers = { ...answers, ...(await step.ask({ ...asking, answers })) };
  }
  return answers as Answers & { name: string };
}
