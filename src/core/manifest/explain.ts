import type * as z from 'zod/mini';
import type { RuleProblem } from '../diagnostic.ts';
import { nearestWord, nearWords } from '../text/nearest-word.ts';
import { suggestValue } from './suggest-value.ts';

type Issue = z.core.$ZodIssue;
type UnknownKeys = Extract<Issue, { code: 'unrecognized_keys' }>;
type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;
/** The keys that the schema allows at a path, for "did you mean". */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

/** Further unknown keys get no correction, which keeps checking fast. */
const maxMisspelt = 50;

/** Turns issues of the schema into problems, with messages that name what was expected. */
export function explainIssues(issues: readonly Issue[], knownKeys: KnownKeys): RuleProblem[] {
  const problems = issues.flatMap((issue) => explain(issue, issue.path as (string | number)[], knownKeys));
  const misspelt = new Set(meantPaths(problems, knownKeys).map(describe));
  // A misspelt required key is reported once, as unknown.
  return problems.filter(({ rule, path }) => rule !== 'missing-key' || !misspelt.has(describe(path)));
}

/** The paths that the authors of unknown keys in `problems` probably meant. */
export function meantPaths(problems: readonly RuleProblem[], knownKeys: KnownKeys): RuleProblem['path'][] {
  const unknown = problems.filter(({ rule }) => rule === 'unknown-key').slice(0, maxMisspelt);
  return unknown.flatMap(({ path }) => {
    const parent = path.slice(0, -1);
    const near = nearestWord(String(path.at(-1)), knownKeys(parent));
    return near === undefined ? [] : [[...parent, near]];
  });
}

function explain(issue: Issue, path: readonly (string | number)[], knownKeys: KnownKeys): RuleProblem[] {
  const name = describe(path);
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
    return [{ path, at: 'key', rule: 'missing-key', message: `${name} is missing`, hint: `Add ${path.at(-1)}.` }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue, path, knownKeys(path));
    case 'invalid_type':
      return [
        {
          path,
          at: 'value',
          rule: 'wrong-type',
          message: `${name} must be ${noun(issue.expected)}, not ${kindOf(issue.input)}`,
          ...(issue.expected === 'string' ? quotesFor(path, issue.input) : {}),
        },
      ];
    case 'invalid_key':
      return issue.issues.map((inner) => ({
        path,
        at: 'key',
        rule: 'invalid-key',
        message: `the key ${JSON.stringify(path.at(-1))} ${inner.message}`,
      }));
    case 'invalid_union': {
      const kinds = expectedKinds(issue);
      if (kinds !== undefined)
        return [
          {
            path,
            at: 'value',
            rule: 'wrong-type',
            message: `${name} must be ${alternatives(kinds.map(noun))}, not ${kindOf(issue.input)}`,
            ...(kinds.includes('string') ? quotesFor(path, issue.input) : {}),
          },
        ];
      return nearestBranch(issue).flatMap((inner) =>
        explain(inner, [...path, ...(inner.path as (string | number)[])], knownKeys),
      );
    }
    case 'invalid_value':
      return [
        {
          path,
          at: 'value',
          rule: 'invalid-value',
          message: `${name} must be one of ${issue.values.map(String).join(', ')}`,
        },
      ];
    case 'too_small':
      return [
        {
          path,
          at: 'value',
          rule: 'invalid-value',
          message: `${name} must ${amount('at least', issue.minimum, issue.origin)}`,
        },
      ];
    case 'too_big':
      return [
        {
          path,
          at: 'value',
          rule: 'invalid-value',
          message: `${name} must ${amount('at most', issue.maximum, issue.origin)}`,
        },
      ];
    default: {
      const near = suggestValue(path, issue.input);
      const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` };
      return [{ path, at: 'value', rule: 'invalid-value', message: `${name} ${issue.message}`, ...hint }];
    }
  }
}

/** A number or a boolean that was meant as a string. */
function quotesFor(path: RuleProblem['path'], value: unknown): Pick<RuleProblem, 'hint' | 'fix'> {
  return isScalar(value) ? { hint: hintForText(path), fix: JSON.stringify } : {};
}

function hintForText(path: RuleProblem['path']): string {
  return path[0] === 'version' ? 'Write three numbers in quotes, like "1.2.0".' : 'Put it in quotes.';
}

function unknownKeys(issue: UnknownKeys, path: RuleProblem['path'], known: readonly string[]): RuleProblem[] {
  const there = new Set(Object.keys(issue.input as object));
  const near = issue.keys.slice(0, maxMisspelt).map((key) => nearWords(key, known));
  return issue.keys.map((key, index): RuleProblem => {
    const [meant, other] = near[index] ?? [];
    const isSure = meant !== undefined && other === undefined && !there.has(meant);
    const isOnly = near.filter(([first]) => first === meant).length === 1;
    return {
      path: [...path, key],
      at: 'key',
      rule: 'unknown-key',
      message: `unknown key ${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)}`,
      hint: meant === undefined ? `Known keys: ${known.join(', ')}.` : `Did you mean ${meant}?`,
      ...(isSure && isOnly ? { fix: () => meant } : {}),
    };
  });
}

/** The types that the branches of a union accept, if the value has the wrong type for all of them. */
function expectedKinds(issue: UnionIssue): string[] | undefined {
  const kinds = issue.errors.map(([inner, ...more]) => {
    if (inner === undefined || more.length > 0 || inner.path.length > 0) return undefined;
    if (inner.code === 'invalid_union') return expectedKinds(inner);
    return inner.code === 'invalid_type' ? [inner.expected] : undefined;
  });
  return kinds.every((branch) => branch !== undefined) ? kinds.flat() : undefined;
}

/** The branch of a union whose check got furthest: probably the one that the author meant. */
function nearestBranch(issue: UnionIssue): readonly Issue[] {
  const isOfKind = (inner: Issue) => inner.code !== 'invalid_type' && inner.code !== 'invalid_union';
  // zod also counts the characters of a string that should be a list.
  const isOtherKind = (inner: Issue) => inner.code === 'invalid_type' && inner.path.length === 0;
  const depth = (issues: readonly Issue[]) =>
    issues.some(isOtherKind) ? 0 : Math.max(0, ...issues.map((inner) => inner.path.length + (isOfKind(inner) ? 1 : 0)));
  return [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
}

function describe(path: readonly (string | number)[]): string {
  return (
    path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
      '',
    ) || 'the manifest'
  );
}

function noun(expected: string): string {
  const nouns: Record<string, string> = {
    string: 'a string',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return nouns[expected] ?? expected;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'a string' : `the ${typeof value} ${String(value)}`;
}

/** `be at least 1`, or for a list `have at least 1 entry`. */
function amount(bound: string, count: number | bigint, origin: string): string {
  if (origin === 'string') return `have ${bound} ${count} ${count === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `have ${bound} ${count} ${count === 1 ? 'entry' : 'entries'}`;
  return `be ${bound} ${count}`;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
