/** Something wrong at a place inside a value; `at` says whether its key or the value itself is to blame. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
  /** The text that stands there → what may safely stand there instead. */
  readonly fix?: (text: string) => string;
}

/** A problem, and the rule that it breaks. */
export interface RuleProblem extends Problem {
  readonly rule: string;
}

/** Most problems: of a value, with what to do about it. */
export function problemAt(path: Problem['path'], message: string, hint?: string): Problem {
  return { path, at: 'value', message, ...(hint === undefined ? {} : { hint }) };
}

/** What is wrong with each of some items. Mostly nothing is, thousands of times: a loop costs half of what flatMap does. */
export function problemsIn<T>(items: readonly T[], check: (item: T, index: number) => Problem | undefined): Problem[] {
  const found: Problem[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const problem = check(items[index] as T, index);
    if (problem) found.push(problem);
  }
  return found;
}
