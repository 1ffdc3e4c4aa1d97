import { catalogue } from './failure-catalogue.ts';

type Catalogue = typeof catalogue;
export type FailureCode = keyof Catalogue;
export type FailureArgs<C extends FailureCode> = Parameters<Catalogue[C]['text']>[0];

/** Who has to change something: the user (exit 2) or the machine the command runs on (exit 3). */
export type Fault = 'user' | 'machine';

/**
 * The one error class of the project. Everything else that is thrown is a bug.
 * `code` and `args` are stable data; `message` and `hint` are made from them in one place, the catalogue.
 */
export class Failure<C extends FailureCode = FailureCode> extends Error {
  override readonly name = 'Failure';
  readonly code: C;
  readonly args: FailureArgs<C>;
  readonly fault: Fault;
  readonly hint: string;

  constructor(code: C, args: FailureArgs<C>, cause?: unknown) {
    const entry = catalogue[code] as { fault: Fault; text(args: unknown): string; hint(args: unknown): string };
    super(entry.text(args), cause === undefined ? undefined : { cause });
    this.code = code;
    this.args = args;
    this.fault = entry.fault;
    this.hint = entry.hint(args);
  }
}

export function isFailure<C extends FailureCode>(error: unknown, code: C): error is Failure<C> {
  return error instanceof Failure && error.code === code;
}
