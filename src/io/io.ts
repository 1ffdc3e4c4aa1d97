/** An output stream of a command. `columns` is undefined unless the output is a terminal. */
export interface Output {
  write(text: string): void;
  readonly isTty: boolean;
  readonly columns?: number | undefined;
}

export interface TextQuestion {
  readonly message: string;
  readonly default?: string | undefined;
  /** An earlier answer, shown for editing. */
  readonly value?: string | undefined;
  /** `undefined` if the answer is valid, else the reason why it is not. */
  readonly check: (answer: string) => string | undefined | Promise<string | undefined>;
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
  /** `check` is that of `TextQuestion`, for all chosen values. */
  checkbox(
    message: string,
    choices: readonly Choice[],
    check?: (chosen: readonly string[]) => string | undefined,
  ): Promise<readonly string[]>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  /** The same prompts, which reject with `Back` on Esc. */
  withBack(): Prompter;
}

/** The user wants the question before this one. */
export class Back extends Error {
  override readonly name = 'Back';
}

/** Compares names, as `isCancelled` does. */
export function isBack(error: unknown): error is Back {
  return error instanceof Error && error.name === 'Back';
}

/** The user cancelled. The command prints the message as one line and exits with code 130. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** Compares names, because the prompts are bundled separately and have their own copy of the class. */
export function isCancelled(error: unknown): error is Cancelled {
  return error instanceof Error && error.name === 'Cancelled';
}

/** Receives progress. Awaited, so that the terminal can redraw. */
export type OnProgress = (done: number, total: number) => Promise<void>;

/** The environment of a command: everything outside the process that it uses, except files. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** stdout, for results. */
  readonly out: Output;
  /** stderr, for messages. */
  readonly err: Output;
  /** True if stdin and stdout are both terminals. Commands prompt only then. */
  readonly isInteractive: boolean;
  readonly prompter: () => Promise<Prompter>;
  /** All of standard input, cut to `limit` + 1 bytes if it is longer. */
  readonly readStdin: (limit: number) => Promise<Uint8Array>;
}
