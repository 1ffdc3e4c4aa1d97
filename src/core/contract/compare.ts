import {
  branchesOf,
  type EnumType,
  type Json,
  type ObjectType,
  resolve,
  type StringType,
  type Type,
  type Types,
  type UnionType,
} from './type.ts';
import { checkValue } from './values.ts';

/** Why values of one type do not fit another one. */
export interface Mismatch {
  /** The place in a value: `lines[].amount`; empty for the value itself. */
  readonly place: string;
  /** The end of a sentence: `is optional there`. */
  readonly reason: string;
}

interface Side {
  readonly type: Type;
  readonly types: Types;
}

/**
 * Why values of the type `given` surely do not fit the type `wanted`, such as a property that they need not have. Limits
 * of texts, numbers and lists are not compared.
 */
export function mismatchesOf(given: Side, wanted: Side): Mismatch[] {
  return new Comparison(given.types, wanted.types).compare(given.type, wanted.type, '');
}

/** The payload of an event that the manifest does not declare. */
const anyPayload: Type = { kind: 'object', isNullable: false, isOpen: true, properties: [] };

/**
 * Why a job can't be expected to start with the data of an event whose payload is `payload`: the runtimes take the
 * properties of `Input` from it, and the user.
 */
export function inputMismatches(payload: Type | undefined, types: Types): string[] {
  const input = types.get('Input') && resolve({ kind: 'ref', name: 'Input' }, types);
  if (input?.kind !== 'object') return [];
  const wanted = { ...input, isOpen: true, properties: input.properties.filter(({ name }) => name !== 'user_id') };
  return mismatchesOf({ type: payload ?? anyPayload, types }, { type: wanted, types }).map(
    ({ place, reason }) => `${place === '' ? 'the value' : place} ${reason}`,
  );
}

/** Whether the data of an event with this payload may have the key `user_id`, which events that start jobs need. */
export function allowsUser(payload: Type, types: Types): boolean {
  const found = resolve(payload, types);
  const objects = found.kind === 'union' ? [...branchesOf(found, types).values()].map(({ type }) => type) : [found];
  return objects.every(
    (one) => one.kind !== 'object' || one.isOpen || one.properties.some(({ name }) => name === 'user_id'),
  );
}

type Resolved = ReturnType<typeof resolve>;

class Comparison {
  readonly #given: Types;
  readonly #wanted: Types;

  constructor(given: Types, wanted: Types) {
    this.#given = given;
    this.#wanted = wanted;
  }

  compare(givenType: Type, wantedType: Type, place: string): Mismatch[] {
    const [given, wanted] = [resolve(givenType, this.#given), resolve(wantedType, this.#wanted)];
    if (given.kind === 'null' || wanted.kind === 'null') {
      const isSame = given.kind === wanted.kind || (given.kind === 'null' && isNullable(wanted));
      return isSame ? [] : [{ place, reason: given.kind === 'null' ? 'is null there' : 'is never null there' }];
    }
    const nulls = isNullable(given) && !isNullable(wanted) ? [{ place, reason: 'may be null there' }] : [];
    return [...nulls, ...this.#compareValues(given, wanted, place)];
  }

  #compareValues(given: Resolved, wanted: Resolved, place: string): Mismatch[] {
    const values = valuesOf(given);
    if (values !== undefined) return this.#constants(values, wanted, place);
    const other = [{ place, reason: `is ${nounOf(given)} there, not ${nounOf(wanted)}` }];
    if (given.kind === 'union') return this.#fromUnion(given, wanted, place);
    if (wanted.kind === 'union')
      return given.kind === 'object' ? this.#toUnion(given, wanted, place) : anyObject(given, other);
    switch (wanted.kind) {
      case 'enum':
      case 'const':
        return other;
      case 'number':
        return given.kind === 'number' || given.kind === 'integer' ? [] : other;
      case 'array':
        return given.kind === 'array' ? this.compare(given.items, wanted.items, `${place}[]`) : other;
      case 'string':
        return given.kind === 'string' && hasSameFormat(given, wanted) ? [] : other;
      case 'object':
        return given.kind === 'object' ? this.#properties(given, wanted, place) : anyObject(given, other);
      case 'map': {
        const { values: items } = wanted;
        if (given.kind !== 'object' && given.kind !== 'map') return other;
        if (items === undefined) return [];
        if (given.kind === 'map')
          return given.values === undefined ? [] : this.compare(given.values, items, `${place}.*`);
        return given.properties.flatMap(({ name, type }) => this.compare(type, items, inside(place, name)));
      }
      default:
        return given.kind === wanted.kind ? [] : other;
    }
  }

  /** All values are known: each must fit. */
  #constants(values: readonly Json[], wanted: Resolved, place: string): Mismatch[] {
    const missing = values.filter((value) => checkValue(value, wanted, this.#wanted).problems.length > 0);
    if (missing.length === 0) return [];
    const all = missing.map((value) => JSON.stringify(value)).join(', ');
    return [{ place, reason: `may be ${all} there` }];
  }

  #properties(given: ObjectType, wanted: ObjectType, place: string): Mismatch[] {
    const there = new Map(given.properties.map((property) => [property.name, property]));
    const known = wanted.properties.flatMap(({ name, type, isRequired }): Mismatch[] => {
      const found = there.get(name);
      const at = inside(place, name);
      if (found === undefined) return isRequired ? [{ place: at, reason: 'is not declared there' }] : [];
      const isOptional = isRequired && !found.isRequired && found.default === undefined;
      return [
        ...(isOptional ? [{ place: at, reason: 'is optional there' }] : []),
        ...this.compare(found.type, type, at),
      ];
    });
    if (wanted.isOpen) return known;
    const names = new Set(wanted.properties.map(({ name }) => name));
    const extra = given.properties.filter(({ name }) => !names.has(name));
    return [...known, ...extra.map(({ name }) => ({ place: inside(place, name), reason: 'is not allowed here' }))];
  }

  #fromUnion(given: UnionType, wanted: Resolved, place: string): Mismatch[] {
    const all = [...branchesOf(given, this.#given).values()];
    return once(all.flatMap(({ type }) => this.#compareValues(type, wanted, place)));
  }

  #toUnion(given: ObjectType, wanted: UnionType, place: string): Mismatch[] {
    const branches = branchesOf(wanted, this.#wanted);
    const at = inside(place, wanted.discriminator);
    const tag = given.properties.find(({ name }) => name === wanted.discriminator);
    if (tag === undefined) return [{ place: at, reason: 'is not declared there' }];
    const choices: EnumType = { kind: 'enum', values: [...branches.keys()], isNullable: false };
    const unknown = this.compare(tag.type, choices, at);
    const type = resolve(tag.type, this.#given);
    const branch = type.kind === 'const' ? branches.get(String(type.value)) : undefined;
    return branch === undefined ? unknown : this.#properties(given, branch.type, place);
  }
}

/** Nothing is known of an object with any keys, so nothing surely does not fit. */
function anyObject(given: Resolved, other: Mismatch[]): Mismatch[] {
  return given.kind === 'map' ? [] : other;
}

function valuesOf(type: Resolved): readonly Json[] | undefined {
  return type.kind === 'enum' ? type.values : type.kind === 'const' ? [type.value] : undefined;
}

function hasSameFormat(given: StringType, wanted: StringType): boolean {
  return given.format === undefined || wanted.format === undefined || given.format === wanted.format;
}

function isNullable(type: Resolved): boolean {
  return 'isNullable' in type && type.isNullable;
}

function nounOf(type: Resolved): string {
  switch (type.kind) {
    case 'string':
      return type.format === undefined ? 'a string' : `a string with the format ${type.format}`;
    case 'integer':
      return 'an integer';
    case 'array':
      return 'a list';
    case 'map':
    case 'object':
    case 'union':
      return 'an object';
    case 'enum':
      return `one of ${type.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'const':
      return JSON.stringify(type.value);
    default:
      return `a ${type.kind}`;
  }
}

function inside(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

/** Branches of a union often differ in the same way. */
function once(all: readonly Mismatch[]): Mismatch[] {
  return [...new Map(all.map((one) => [`${one.place} ${one.reason}`, one])).values()];
}
