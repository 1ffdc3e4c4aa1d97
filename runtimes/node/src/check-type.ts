import type * as z from 'zod';
import { NOT_AN_INTEGER } from './types.ts';

/** One thing that is wrong with a value. */
export interface TypeProblem {
  readonly loc: ReadonlyArray<string | number>;
  readonly type: string;
  readonly msg: string;
}

export type CheckedType<T> =
  /** The value with the defaults of absent properties. */
  | { readonly ok: true; readonly value: T }
  /** At most one problem for each place, sorted by place: the same list as in the Python runtime. */
  | { readonly ok: false; readonly problems: readonly TypeProblem[] };

/** Compares a JSON value with a type of `schemas.ts`. */
export function checkType<T>(type: z.ZodType<T>, value: unknown): CheckedType<T> {
  // zod drops keys `__proto__`, so they get a name that no JSON in a request has.
  const hasProto = hasKey(value, '__proto__');
  const given = hasProto ? renamed(value, '__proto__', PROTO) : value;
  const parsed = type.safeParse(given);
  // zod gives every value the same default; a module may change its value.
  if (parsed.success)
    return {
      ok: true,
      value: hasProto ? (renamed(parsed.data, PROTO, '__proto__') as T) : structuredClone(parsed.data),
    };
  const problems = onePerPlace(parsed.error.issues.flatMap((issue) => problemsOf(issue, given)));
  const nameOf = (key: string | number) => (key === PROTO ? '__proto__' : key);
  return { ok: false, problems: problems.map(({ loc, ...problem }) => ({ loc: loc.map(nameOf), ...problem })) };
}

const PROTO = '__proto__\0';

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((inner) => hasKey(inner, key));
}

/** A copy in which keys have another name. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key === from ? to : key, renamed(inner, from, to)]),
  );
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): TypeProblem[] {
  const loc = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ loc: [...loc, key], type: 'extra_forbidden', msg: 'is not a known property' }));
  if (loc.length > 0 && valueAt(value, loc) === undefined) return [{ loc, type: 'missing', msg: 'is missing' }];
  const [type, msg] = describe(issue);
  return [{ loc, type, msg }];
}

function describe(issue: z.core.$ZodIssue): readonly [type: string, msg: string] {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.message === NOT_AN_INTEGER ? 'int' : issue.expected] ?? ['value_error', issue.message];
    case 'invalid_value':
      return ['enum', `must be ${oneOf(issue.values)}`];
    case 'invalid_union':
      return ['enum', 'must be one of the choices'];
    case 'too_small':
      if (issue.origin === 'array') return ['too_short', `must have at least ${items(Number(issue.minimum))}`];
      return issue.inclusive === false
        ? ['greater_than', `must be greater than ${issue.minimum}`]
        : ['greater_than_equal', `must be at least ${issue.minimum}`];
    case 'too_big':
      if (issue.origin === 'array') return ['too_long', `must have at most ${items(Number(issue.maximum))}`];
      return issue.inclusive === false
        ? ['less_than', `must be less than ${issue.maximum}`]
        : ['less_than_equal', `must be at most ${issue.maximum}`];
    case 'custom':
      return [String(issue.params?.type ?? 'value_error'), issue.message];
    default:
      return ['value_error', issue.message];
  }
}

const TYPES: Readonly<Record<string, readonly [type: string, msg: string]>> = {
  object: ['dict_type', 'must be an object'],
  record: ['dict_type', 'must be an object'],
  array: ['list_type', 'must be a list'],
  string: ['string_type', 'must be a string'],
  boolean: ['bool_type', 'must be true or false'],
  int: ['int_type', NOT_AN_INTEGER],
  number: ['float_type', 'must be a number'],
  null: ['none_type', 'must be null'],
};

function oneOf(values: readonly z.core.util.Primitive[]): string {
  const words = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function items(count: number): string {
  return `${count} ${count === 1 ? 'item' : 'items'}`;
}

function valueAt(value: unknown, loc: TypeProblem['loc']): unknown {
  return loc.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

/** Pydantic reports one problem for each place, and either the length of a list or problems in its items. */
function onePerPlace(problems: readonly TypeProblem[]): TypeProblem[] {
  const sorted = problems.toSorted((a, b) => compareLoc(a.loc, b.loc));
  const kept: TypeProblem[] = [];
  for (const problem of sorted) {
    const isBelow = (other: TypeProblem): boolean => other.loc.every((key, index) => key === problem.loc[index]);
    const above = kept.findLast(isBelow);
    if (above === undefined) kept.push(problem);
    else if (above.type === 'too_short' && above.loc.length < problem.loc.length)
      kept.splice(kept.indexOf(above), 1, problem);
  }
  return kept;
}

/** Keys in the order of their code points, as Python sorts them. */
function compareLoc(a: TypeProblem['loc'], b: TypeProblem['loc']): number {
  for (const [index, key] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order =
      typeof key === 'number' ? key - Number(other) : Buffer.compare(Buffer.from(key), Buffer.from(String(other)));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
