import { hasFormat } from './formats.ts';
import { compilePattern, lengthOf } from './pattern/pattern.ts';
import {
  type ArrayType,
  branchesOf,
  type EnumType,
  type Json,
  type MapType,
  type NumberType,
  type ObjectType,
  resolve,
  type StringType,
  type Type,
  type Types,
  type UnionType,
} from './type.ts';

/** What is wrong with a value: the vocabulary of both runtimes. */
export type ProblemType =
  | 'missing'
  | 'extra_forbidden'
  | 'string_type'
  | 'int_type'
  | 'float_type'
  | 'bool_type'
  | 'none_type'
  | 'list_type'
  | 'dict_type'
  | 'enum'
  | 'too_short'
  | 'too_long'
  | 'pattern'
  | 'format'
  | 'greater_than'
  | 'greater_than_equal'
  | 'less_than'
  | 'less_than_equal';

export type Loc = ReadonlyArray<string | number>;

export interface ValueProblem {
  /** Where it is in the value. */
  readonly loc: Loc;
  readonly type: ProblemType;
  /** The end of a sentence: `text is missing`. */
  readonly msg: string;
}

export interface CheckedValue {
  /** The value with the defaults of absent properties. Meaningless if there are problems. */
  readonly value: Json;
  /** At most one for each place, sorted by place. */
  readonly problems: readonly ValueProblem[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Compares a JSON value with a type as the runtimes do. */
export function checkValue(value: unknown, type: Type, types: Types): CheckedValue {
  const check = new Check(types);
  const completed = check.value(value, type, []);
  return { value: completed, problems: check.problems.sort((a, b) => compareLoc(a.loc, b.loc)) };
}

type Compiled = ReturnType<typeof compilePattern>;

/** Compiling a pattern takes much longer than using it. */
const patterns = new WeakMap<StringType, Compiled>();

function compiled(type: StringType, pattern: string): Compiled {
  const known = patterns.get(type) ?? compilePattern(pattern);
  patterns.set(type, known);
  return known;
}

class Check {
  readonly problems: ValueProblem[] = [];
  readonly #types: Types;

  constructor(types: Types) {
    this.#types = types;
  }

  #add(loc: Loc, type: ProblemType, msg: string): Json {
    this.problems.push({ loc, type, msg });
    return null;
  }

  value(value: unknown, given: Type, loc: Loc): Json {
    const type = resolve(given, this.#types);
    if (value === null && (type.kind === 'null' || (type.kind !== 'union' && type.isNullable))) return null;
    switch (type.kind) {
      case 'null':
        return this.#add(loc, 'none_type', 'must be null');
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#add(loc, 'bool_type', 'must be true or false');
      case 'string':
        return typeof value === 'string'
          ? this.#text(value, type, loc)
          : this.#add(loc, 'string_type', 'must be a string');
      case 'integer':
      case 'number':
        return this.#number(value, type, loc);
      case 'enum':
      case 'const':
        return this.#constant(value, type.kind === 'enum' ? type.values : [type.value], loc);
      case 'array':
        return Array.isArray(value) ? this.#array(value, type, loc) : this.#add(loc, 'list_type', 'must be a list');
      case 'object':
      case 'map':
      case 'union':
        return isObject(value) ? this.#object(value, type, loc) : this.#add(loc, 'dict_type', 'must be an object');
    }
  }

  #text(value: string, type: StringType, loc: Loc): Json {
    const length = lengthOf(value);
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = type;
    if (format !== undefined && !hasFormat(value, format)) this.#add(loc, 'format', `must be ${formatNouns[format]}`);
    else if (length < minLength) this.#add(loc, 'too_short', `must have at least ${characters(minLength)}`);
    else if (length > maxLength) this.#add(loc, 'too_long', `must have at most ${characters(maxLength)}`);
    else if (pattern !== undefined && !compiled(type, pattern).test(value))
      this.#add(loc, 'pattern', `must match ${pattern}`);
    return value;
  }

  #number(value: unknown, type: NumberType, loc: Loc): Json {
    if (typeof value !== 'number' || !Number.isFinite(value) || (type.kind === 'integer' && !Number.isInteger(value)))
      return type.kind === 'integer'
        ? this.#add(loc, 'int_type', 'must be an integer')
        : this.#add(loc, 'float_type', 'must be a number');
    const safe = type.kind === 'integer' ? Number.MAX_SAFE_INTEGER : Number.POSITIVE_INFINITY;
    const { minimum = -safe, maximum = safe, exclusiveMinimum, exclusiveMaximum } = type;
    if (value < -safe) this.#add(loc, 'greater_than_equal', `must be at least ${-safe}`);
    else if (value > safe) this.#add(loc, 'less_than_equal', `must be at most ${safe}`);
    else if (value < minimum) this.#add(loc, 'greater_than_equal', `must be at least ${minimum}`);
    else if (value > maximum) this.#add(loc, 'less_than_equal', `must be at most ${maximum}`);
    else if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
      this.#add(loc, 'greater_than', `must be greater than ${exclusiveMinimum}`);
    else if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
      this.#add(loc, 'less_than', `must be less than ${exclusiveMaximum}`);
    return value;
  }

  #constant(value: unknown, allowed: EnumType['values'] | readonly [string | number | boolean], loc: Loc): Json {
    if ((allowed as readonly unknown[]).includes(value)) return value as Json;
    const words = allowed.map((one) => (typeof one === 'string' ? `'${one}'` : String(one)));
    const listed = words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
    return this.#add(loc, 'enum', `must be ${listed}`);
  }

  /** A list that is too long is not read. The length of one with problems in its items is not reported. */
  #array(value: readonly unknown[], type: ArrayType, loc: Loc): Json {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = type;
    if (value.length > maxItems) return this.#add(loc, 'too_long', `must have at most ${items(maxItems)}`);
    const before = this.problems.length;
    const read = value.map((item, index) => this.value(item, type.items, [...loc, index]));
    if (value.length < minItems && this.problems.length === before)
      this.#add(loc, 'too_short', `must have at least ${items(minItems)}`);
    return read;
  }

  #object(value: Readonly<Record<string, unknown>>, type: ObjectType | MapType | UnionType, loc: Loc): Json {
    if (type.kind === 'map') {
      const read = Object.entries(value).map(([key, item]) => [
        key,
        type.values === undefined ? (item as Json) : this.value(item, type.values, [...loc, key]),
      ]);
      return Object.fromEntries(read);
    }
    if (type.kind === 'object') return this.#properties(value, type, loc);
    const place = [...loc, type.discriminator];
    const tag = ownValue(value, type.discriminator);
    if (tag === undefined) return this.#add(place, 'missing', 'is missing');
    const branch = typeof tag === 'string' ? branchesOf(type, this.#types).get(tag) : undefined;
    if (branch === undefined) return this.#add(place, 'enum', 'must be one of the choices');
    return this.#properties(value, branch.type, loc);
  }

  #properties(value: Readonly<Record<string, unknown>>, type: ObjectType, loc: Loc): Json {
    const read: Record<string, Json> = {};
    for (const property of type.properties) {
      const place = [...loc, property.name];
      const given = ownValue(value, property.name);
      if (given !== undefined) read[property.name] = this.value(given, property.type, place);
      else if (property.default !== undefined) read[property.name] = this.value(property.default, property.type, place);
      else if (property.isRequired) this.#add(place, 'missing', 'is missing');
    }
    const known = new Set(type.properties.map(({ name }) => name));
    for (const [key, item] of Object.entries(value)) {
      if (known.has(key)) continue;
      if (type.isOpen) read[key] = item as Json;
      else this.#add([...loc, key], 'extra_forbidden', 'is not a known property');
    }
    return read;
  }
}

const formatNouns = {
  date: 'a date, like 2026-01-31',
  'date-time': 'a date and time with its offset, like 2026-01-31T12:00:00Z',
  uuid: 'a UUID',
  email: 'an email address',
  uri: 'a URI',
} as const;

const characters = (count: number): string => `${count} ${count === 1 ? 'character' : 'characters'}`;
const items = (count: number): string => `${count} ${count === 1 ? 'item' : 'items'}`;

function ownValue(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Keys in the order of their code points, as Python sorts them. */
export function compareLoc(a: Loc, b: Loc): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = typeof part === 'number' ? part - Number(other) : compareText(part, String(other));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareText(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [index, char] of left.entries()) {
    const order = (char.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? -1);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
