import { describe, expect, it } from 'vitest';
import { readTypes } from '../../../../src/core/contract/read-type.ts';
import { type Json, resolve, type Type, type Types } from '../../../../src/core/contract/type.ts';
import { checkValue } from '../../../../src/core/contract/values.ts';
import { type Direction, type TypeChangeId, typeChangeKinds } from '../../../../src/core/lint/against/change-kinds.ts';
import { compareTypes } from '../../../../src/core/lint/against/compare-types.ts';
import { draws, eachSeed } from '../../../draws.ts';
import { fitting, randomTypes } from '../../contract/random-types.ts';
import { Draw } from '../../pack/random-manifest.ts';

interface Side {
  readonly type: Type;
  readonly types: Types;
}

const shapes = {
  Circle: { type: 'object', required: ['kind'], properties: { kind: { const: 'circle' }, r: { type: 'number' } } },
  Square: { type: 'object', required: ['kind'], properties: { kind: { const: 'square' }, a: { type: 'number' } } },
  Dot: { type: 'object', required: ['kind'], properties: { kind: { const: 'dot' } } },
};
const refTo = (name: string) => ({ $ref: `#/types/${name}` });
const choice = (...names: string[]) => ({ oneOf: names.map(refTo), discriminator: { propertyName: 'kind' } });
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

function sideOf(schema: unknown, declared: object = shapes): Side {
  const { types, problems } = readTypes(declared, [{ name: 'Input', path: ['input'], schema }]);
  expect(problems).toEqual([]);
  return { type: types.get('Input') as Type, types };
}

const compared = (before: unknown, after: unknown) =>
  compareTypes(sideOf(before), { ...sideOf(after), path: ['input'] }).map(({ kind, place, text }) => [
    kind,
    `${place}${text}`,
  ]);

/** The type of the property `it`, before and after. */
const ofProperty = (before: unknown, after: unknown) => compared(object({ it: before }), object({ it: after }));
const optional = { it: { type: 'string' } };

/** One example of each kind: before, after, and what is reported. */
const examples: Readonly<
  Record<Exclude<TypeChangeId, 'declared' | 'undeclared' | 'unclear'>, [unknown, unknown, string]>
> = {
  'required-property-added': [
    object(optional),
    object({ ...optional, n: { type: 'integer' } }, { required: ['n'] }),
    '.n was added (integer, required)',
  ],
  'property-added': [
    object(optional),
    object({ ...optional, n: { type: 'integer' } }),
    '.n was added (integer, optional)',
  ],
  'property-added-to-open': [
    object(optional, { additionalProperties: true }),
    object({ ...optional, other: { type: 'integer' } }, { additionalProperties: true }),
    '.other was added (integer, optional)',
  ],
  'property-removed': [object({ ...optional, n: { type: 'integer' } }), object(optional), '.n was removed (integer)'],
  'property-required': [
    object(optional),
    object(optional, { required: ['it'] }),
    '.it changed from optional to required',
  ],
  'property-optional': [
    object(optional, { required: ['it'] }),
    object(optional),
    '.it changed from required to optional',
  ],
  'property-defaulted': [
    object(optional, { required: ['it'] }),
    object({ it: { type: 'string', default: 'a' } }),
    '.it changed from required to optional, with the default "a"',
  ],
  'default-added': [
    object(optional),
    object({ it: { type: 'string', default: 'a' } }),
    '.it: the default changed from none to "a"',
  ],
  'default-changed': [
    object({ it: { type: 'string', default: 'a' } }),
    object({ it: { type: 'string', default: 'b' } }),
    '.it: the default changed from "a" to "b"',
  ],
  'default-removed': [
    object({ it: { type: 'string', default: 'a' } }),
    object(optional),
    '.it: the default changed from "a" to none',
  ],
  opened: [object(optional), object(optional, { additionalProperties: true }), ' may have other keys now'],
  closed: [object(optional, { additionalProperties: true }), object(optional), ' may have other keys no longer'],
  'null-added': [object(optional), object({ it: { type: ['string', 'null'] } }), '.it may be null now'],
  'null-removed': [object({ it: { type: ['string', 'null'] } }), object(optional), '.it may be null no longer'],
  'values-added': [object({ it: { enum: ['a'] } }), object({ it: { enum: ['a', 'b'] } }), '.it may also be "b"'],
  'values-removed': [object({ it: { enum: ['a', 'b'] } }), object({ it: { const: 'a' } }), '.it may be "b" no longer'],
  'limit-widened': [
    object({ it: { type: 'string', maxLength: 3 } }),
    object(optional),
    '.it: maxLength changed from 3 to none',
  ],
  'limit-narrowed': [
    object({ it: { type: 'number', minimum: 1 } }),
    object({ it: { type: 'number', exclusiveMinimum: 1 } }),
    '.it: minimum changed from 1 to exclusive 1',
  ],
  'pattern-added': [
    object(optional),
    object({ it: { type: 'string', format: 'uuid' } }),
    '.it: format changed from none to "uuid"',
  ],
  'pattern-removed': [
    object({ it: { type: 'string', pattern: '^a' } }),
    object(optional),
    '.it: pattern changed from "^a" to none',
  ],
  'pattern-changed': [
    object({ it: { type: 'string', pattern: '^a' } }),
    object({ it: { type: 'string', pattern: '^b' } }),
    '.it: pattern changed from "^a" to "^b"',
  ],
  'choice-added': [
    object({ it: choice('Circle', 'Square') }),
    object({ it: choice('Circle', 'Square', 'Dot') }),
    '.it: the choice with the kind "dot" was added',
  ],
  'choice-removed': [
    object({ it: choice('Circle', 'Square', 'Dot') }),
    object({ it: choice('Circle', 'Square') }),
    '.it: the choice with the kind "dot" was removed',
  ],
  'type-widened': [object({ it: { enum: ['a', 'b'] } }), object(optional), '.it changed from a or b to string'],
  'type-narrowed': [object(optional), object({ it: { enum: ['a', 'b'] } }), '.it changed from string to a or b'],
  'type-changed': [object(optional), object({ it: { type: 'integer' } }), '.it changed from string to integer'],
};

describe('a change of a type', () => {
  it.each(Object.entries(examples))('%s', (kind, [before, after, text]) => {
    expect(compared(before, after)).toEqual([[kind, text]]);
  });

  it.each<[name: string, before: unknown, after: unknown, kinds: readonly string[]]>([
    [
      'an exclusive limit of an integer is the next one',
      { type: 'integer', exclusiveMinimum: 0 },
      { type: 'integer', minimum: 1 },
      [],
    ],
    ['a smallest length of 0 is none', { type: 'string', minLength: 0 }, { type: 'string' }, []],
    ['the name of a type', refTo('Circle'), shapes.Circle, []],
    ['an object in place of any', { type: 'object', additionalProperties: true }, object(optional), ['type-narrowed']],
    ['any object', object(optional), { type: 'object', additionalProperties: true }, ['type-widened']],
    [
      'an object in place of one with typed values',
      { type: 'object', additionalProperties: { type: 'integer' } },
      object(optional),
      ['type-changed'],
    ],
    ['one of several objects', refTo('Circle'), choice('Circle', 'Dot'), ['type-widened']],
    ['one object of several', choice('Circle', 'Dot'), refTo('Dot'), ['type-narrowed']],
    ['no object of several', choice('Circle', 'Dot'), refTo('Square'), ['type-changed']],
    [
      'items',
      { type: 'array', items: { type: 'integer' } },
      { type: 'array', items: { type: 'number' } },
      ['type-widened'],
    ],
    ['a number', { type: 'integer' }, { type: 'number' }, ['type-widened']],
    ['a constant of a boolean', { type: 'boolean' }, { const: true }, ['values-removed']],
    ['null and more', { type: 'null' }, { type: ['string', 'null'] }, ['type-widened']],
    ['only null', { type: ['string', 'null'] }, { type: 'null' }, ['type-narrowed']],
    ['text in place of null', { type: 'null' }, { type: 'string' }, ['type-changed']],
    [
      'a number with other limits',
      { type: 'integer', minimum: 1 },
      { type: 'number', minimum: 2 },
      ['type-widened', 'limit-narrowed'],
    ],
    ['descriptions and examples', { type: 'string', description: 'A.', examples: ['a'] }, { type: 'string' }, []],
  ])('%s', (_, before, after, kinds) => {
    expect(ofProperty(before, after).map(([kind]) => kind)).toEqual(kinds);
  });

  it('is located where the newer manifest declares the type', () => {
    const before = object({ shape: refTo('Circle'), list: { type: 'array', items: { type: 'string' } } });
    const after = object({ shape: refTo('Circle'), list: { type: 'array', items: { type: 'integer' } } });
    const wider = { ...shapes, Circle: { ...shapes.Circle, required: ['kind', 'r'] } };
    const edits = compareTypes(sideOf(before), { ...sideOf(after, wider), path: ['input'] });
    expect(edits.map(({ place, path }) => [place, path.join('/')])).toEqual([
      ['.shape.r', 'types/Circle/properties/r'],
      ['.list[]', 'input/properties/list/items'],
    ]);
  });

  it('hides a default that looks like a secret', () => {
    const key = `sk-${'a1B2'.repeat(8)}`;
    const [[, text] = []] = compared(object(optional), object({ it: { type: 'string', default: key } }));
    expect(text).toBe('.it: the default changed from none to ••••');
  });
});

/** A type whose objects accept keys that they do not know, as readers do. */
function tolerant(type: Type): Type {
  switch (type.kind) {
    case 'object':
      return {
        ...type,
        isOpen: true,
        properties: type.properties.map((one) => ({ ...one, type: tolerant(one.type) })),
      };
    case 'array':
      return { ...type, items: tolerant(type.items) };
    case 'map':
      return type.values === undefined ? type : { ...type, values: tolerant(type.values) };
    default:
      return type;
  }
}

/** Properties that a reader always gets: required ones, and those with a default. */
function missing(value: Json, { type, types }: Side): string[] {
  const found = resolve(type, types);
  if (found.kind !== 'object' || value === null || typeof value !== 'object') return [];
  const always = found.properties.filter((one) => one.isRequired || one.default !== undefined);
  return always.map(({ name }) => name).filter((name) => !Object.hasOwn(value, name));
}

/** Whether a value of callers of `before` is accepted by `after`. */
const isAccepted = (draw: Draw, before: Side, after: Side) =>
  checkValue(fitting(draw, before.type, before.types), after.type, after.types).problems.length === 0;

/** Whether readers of `before` know a value that `after` sends, with its defaults. */
function isKnown(draw: Draw, before: Side, after: Side): boolean {
  const sent: Json = checkValue(fitting(draw, after.type, after.types), after.type, after.types).value;
  const known = new Map([...before.types].map(([name, type]) => [name, tolerant(type)]));
  const { problems } = checkValue(sent, tolerant(before.type), known);
  return problems.length === 0 && missing(sent, before).length === 0;
}

describe('the verdict on a kind', () => {
  /** All values are valid, and their meaning is not the same. */
  const byMeaning = ['default-changed received', 'default-removed received', 'property-removed sent'];

  it.each(Object.entries(examples))('%s is what values of its example show', (kind, [old, now]) => {
    const [before, after] = [sideOf(old), sideOf(now)];
    const all = (fits: typeof isKnown) => Array.from({ length: 60 }, (_, seed) => fits(new Draw(seed), before, after));
    const { received, sent } = typeChangeKinds[kind as TypeChangeId];
    const verdictOf = (fits: readonly boolean[]) => (fits.every(Boolean) ? 'compatible' : 'breaking');
    const shown = { received: verdictOf(all(isAccepted)), sent: verdictOf(all(isKnown)) };
    for (const direction of ['received', 'sent'] as const)
      if (byMeaning.includes(`${kind} ${direction}`)) shown[direction] = 'breaking';
    expect(shown).toEqual({ received, sent });
  });
});

describe('random types', () => {
  const count = draws.properties;
  const isCompatible = (before: Side, after: Side, direction: Direction) =>
    compareTypes(before, { ...after, path: [] }).every(({ kind }) => typeChangeKinds[kind][direction] === 'compatible');

  /** Two types that have something in common: of the same seed, with some properties of the other one. */
  function pairOf(seed: number): [Side, Side] | undefined {
    const [first, other] = [randomTypes(new Draw(seed)), randomTypes(new Draw(seed + 1_000_000))];
    const draw = new Draw(seed + 7);
    const names = Object.keys(first.input.properties as object);
    const changed = draw.one(names);
    const pool = Object.entries(other.input.properties as Record<string, unknown>);
    const { [changed]: removed, ...rest } = first.input.properties as Record<string, Record<string, unknown>>;
    const replaced = draw.one<Record<string, unknown>>([
      ...[1, 2, 3, 4].map(() => ({ ...rest, [changed]: mutated(draw, removed ?? {}) })),
      { ...rest, [changed]: removed, other: draw.one(pool)[1] },
      { ...rest, [changed]: draw.one(pool)[1] },
      { ...rest, [changed]: removed },
    ]);
    const fixed = Object.entries(replaced).filter(([, schema]) => !('default' in (schema as object)));
    const required = fixed.map(([name]) => name).filter(() => draw.flag());
    const after = {
      ...first.input,
      properties: replaced,
      required: draw.below(4) > 0 ? first.input.required : required,
    };
    const read = (schema: unknown) => readTypes(first.declared, [{ name: 'Input', path: ['input'], schema }]);
    const [a, b] = [read(first.input), read(after)];
    if (a.problems.length + b.problems.length > 0) return undefined;
    const side = ({ types }: typeof a): Side => ({ type: types.get('Input') as Type, types });
    return [side(a), side(b)];
  }

  function mutated(draw: Draw, schema: Record<string, unknown>): Record<string, unknown> {
    const { [draw.one(Object.keys(schema))]: _, ...without } = schema;
    return draw.one<Record<string, unknown>>([
      without,
      { ...schema, maximum: 5 },
      { ...schema, maxLength: 3 },
      { ...schema, minItems: 1 },
      { ...schema, type: [schema.type, 'null'] },
      { ...schema, type: 'number' },
      { ...schema, type: 'integer' },
      { ...schema, enum: ['en'] },
      { enum: ['en', 'fr', 'de'] },
      { type: 'string' },
    ]);
  }

  it('have no change when compared with themselves', async () => {
    await eachSeed(count, (seed) => {
      const { types, problems } = randomTypes(new Draw(seed));
      if (problems.length > 0) return;
      const type = types.get('Input') as Type;
      expect(compareTypes({ type, types }, { type, types, path: [] })).toEqual([]);
    });
  });

  it('accept every earlier value after a compatible change of what callers send', async () => {
    let compared = 0;
    await eachSeed(count, (seed) => {
      const [before, after] = pairOf(seed) ?? [];
      if (before === undefined || after === undefined || !isCompatible(before, after, 'received')) return;
      compared += 1;
      for (let index = 0; index < 5; index += 1)
        expect(isAccepted(new Draw(seed * 10 + index), before, after)).toBe(true);
    });
    expect(compared).toBeGreaterThan(count / 20);
  });

  it('give readers only values that they know after a compatible change of what the module sends', async () => {
    let compared = 0;
    await eachSeed(count, (seed) => {
      const [before, after] = pairOf(seed) ?? [];
      if (before === undefined || after === undefined || !isCompatible(before, after, 'sent')) return;
      compared += 1;
      for (let index = 0; index < 5; index += 1) expect(isKnown(new Draw(seed * 10 + index), before, after)).toBe(true);
    });
    expect(compared).toBeGreaterThan(count / 20);
  });
});
