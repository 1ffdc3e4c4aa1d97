import type { TypeProblem } from './check-type.ts';

/** When to try again after a 503 or a 429. */
export const RETRY_AFTER = { 'retry-after': '5' };

/** An answer with an error status. `code` is stable and reaches the client as `{"detail": code}`. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, headers: Readonly<Record<string, string>> = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** @deprecated Use `HttpError`. */
export { HttpError as Refusal };

/**
 * The work failed, but may succeed later: the job is tried again while attempts are left.
 * `code` is what users and listeners see; `cause` goes to the log only.
 */
export class TransientError extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** The work failed and would fail again: the job ends at once. */
export class PermanentError extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** A value does not fit its type. The text has places and what is wrong there, never a value: the log shows it. */
export class InvalidValue extends Error {
  constructor(problems: readonly TypeProblem[]) {
    super(problems.map(({ loc, msg }) => `${loc.join('.') || 'the value'} ${msg}`).join('; '));
  }
}

/** One attempt took longer than `timeout_seconds`. */
export class AttemptTimeout extends TransientError {
  constructor() {
    super('timeout');
  }
}

const MESSAGES: Readonly<Record<string, string>> = {
  timeout: 'The job took longer than allowed.',
  provider_unavailable: 'The provider is not available.',
  provider_rejected: 'The provider rejected the request.',
  internal_error: 'The job failed because of an internal error.',
  input_invalid: 'The input does not fit the type that the module expects.',
  output_invalid: 'The output does not fit the type that the module promises.',
  module_removed: 'The module was removed before the job was finished.',
};

/** The sentence shown for an error code. Never the text of an exception: that could hold secrets. */
export function messageFor(code: string): string {
  return MESSAGES[code] ?? 'The job failed.';
}
