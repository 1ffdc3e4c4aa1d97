/** Where a command writes. `columns` is undefined where the output is not a terminal. */
export interface Output {
  write(text: string): void;
  readonly isTty: boolean;
  readonly columns?: number | undefined;
}

export interface TextQuestion {
  readonly message: string;
  readonly default?: string | undefined;
  /** `undefined` when the answer is fine, else the reason why not. */
  readonly check: (answer: string) => string | undefined;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly checked?: boolean;
}

/** Asks on the terminal. Every method rejects with `Cancelled` on Ctrl-C and Ctrl-D. */
export interface Prompter {
  text(question: TextQuestion): Promise<string>;
  select(message: string, choices: readonly Choice[], initial?: string): Promise<string>;
  checkbox(message: string, choices: readonly Choice[]): Promise<readonly string[]>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** The user went away; exit code 130, nothing printed but one line: the message, or that nothing was written. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** By name: the prompts are bundled apart, with a class of their own. */
export function isCancelled(error: unknown): error is Cancelled {
  return error instanceof Error && error.name === 'Cancelled';
}

/** Hears how much of the work is done; awaited, so that what it shows has time to be drawn. */
export type Tell = (done: number, total: number) => Promise<void>;

/** All that a command may touch of the machine, besides files. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** stdout: the result. */
  readonly out: Output;
  /** stderr: talk. */
  readonly err: Output;
  /** True when stdin and stdout are both terminals: only then may a command ask. */
  readonly isInteractive: boolean;
  readonly prompter: () => Promise<Prompter>;
  /** All of standard input, or of something longer one byte more than `limit`. */
  readonly readStdin: (limit: number) => Promise<Uint8Array>;
}
