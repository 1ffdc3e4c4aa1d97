/** Something wrong at a place inside a value; `at` says whether its key or the value itself is to blame. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
  /** The text that stands there → what may safely stand there instead. */
  readonly fix?: (text: string) => string;
}

/** A fault, and the rule that it breaks. */
export interface Finding extends Fault {
  readonly rule: string;
}

/** Most faults: of a value, with what to do about it. */
export function faultAt(path: Fault['path'], message: string, hint?: string): Fault {
  return { path, at: 'value', message, ...(hint === undefined ? {} : { hint }) };
}
