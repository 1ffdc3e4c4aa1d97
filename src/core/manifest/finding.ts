/** A problem in a manifest, without its position in the text. `at` selects the key or the value at `path`. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
  /** The text at that position → a safe replacement. */
  readonly fix?: (text: string) => string;
}

/** A problem and the id of its rule. */
export interface RuleProblem extends Problem {
  readonly rule: string;
}

/** The problem of a value, with an optional hint. */
export function problemAt(path: Problem['path'], message: string, hint?: string): Problem {
  return { path, at: 'value', message, ...(hint === undefined ? {} : { hint }) };
}

/** The problems that `check` finds in the items. A loop, because it takes half the time of flatMap. */
export function problemsIn<T>(items: readonly T[], check: (item: T, index: number) => Problem | undefined): Problem[] {
  const found: Problem[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const problem = check(items[index] as T, index);
    if (problem) found.push(problem);
  }
  return found;
}
