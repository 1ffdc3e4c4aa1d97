import type { Answers } from '../../core/manifest/answers.ts';
import type { QuestionId } from '../../core/pack/questions.ts';
import type { Prompter } from '../../io/io.ts';
import { steps } from './questions.ts';

/** What a question can see when it is asked. */
export interface Asking {
  readonly prompter: Prompter;
  /** The author, if nobody says otherwise. */
  readonly author: string;
  /** What stands in the host's folder of modules. */
  readonly namesInUse: readonly string[];
  /** Why the stack reserves a name; `undefined` where it does not. */
  readonly whyReserved: (name: string) => string | undefined;
  /** Given beforehand, or answered up to now. */
  readonly answers: Answers;
}

/** Asks what the answers still lack: the name, then the rest in the pack's order. */
export async function askMissing(asking: Asking, order: readonly QuestionId[]): Promise<Answers & { name: string }> {
  let { answers } = asking;
  for (const step of ['name' as const, ...order].flatMap((id) => steps[id])) {
    if (step.isAnswered(answers)) continue;
    answers = { ...answers, ...(await step.ask({ ...asking, answers })) };
  }
  return answers as Answers & { name: string };
}
