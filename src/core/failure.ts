import { catalogue } from './failure-catalogue.ts';

type Catalogue = typeof catalogue;
export type FailureCode = keyof Catalogue;
export type FailureArgs<C extends FailureCode> = Parameters<Catalogue[C]['text']>[0];

/** What caused a failure: the user's input (exit code 2) or the system (exit code 3). */
export type Fault = 'user' | 'machine';

/**
 * An expected error. Any other error that is thrown is a bug. `code` and `args` are stable; the catalogue makes
 * `message` and `hint` from them.
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
