import type { Answers } from '../../core/manifest/answers.ts';
import type { Prompter } from '../../io/io.ts';
import type { OfferedNames } from '../../io/module/offered-names.ts';

/** The context of a question. */
export interface Asking {
  readonly prompter: Prompter;
  /** The default author. */
  readonly author: string;
  /** The names in the host's folder of modules. */
  readonly namesInUse: readonly string[];
  /** Why the stack reserves a name; `undefined` if it does not. */
  readonly whyReserved: (name: string) => string | undefined;
  /** Names of other modules that questions offer. */
  readonly offered: OfferedNames;
  /** All answers so far. */
  readonly answers: Answers;
}

/** One or more prompts for one answer. */
export interface Step {
  /** Whether `answers` make the step unnecessary. */
  readonly isAnswered: (answers: Answers) => boolean;
  /** An earlier answer in `asking.answers` is shown for editing. */
  readonly ask: (asking: Asking) => Promise<Answers>;
}
