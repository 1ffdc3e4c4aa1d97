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

/** What is wrong with each of some items. Mostly nothing is, thousands of times: a loop costs half of what flatMap does. */
export function faultsIn<T>(items: readonly T[], check: (item: T, index: number) => Fault | undefined): Fault[] {
  const found: Fault[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const fault = check(items[index] as T, index);
    if (fault) found.push(fault);
  }
  return found;
}
