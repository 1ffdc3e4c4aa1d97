import { describe, expect, it } from 'vitest';
import { checkType } from '../src/check-type.ts';
import { declaredPart } from '../src/jobs/declared-part.ts';
import { integer, text, z } from '../src/types.ts';

const Line = z.strictObject({ text: text({ maxLength: 2 }), count: integer().min(1).optional() });
const Input = z.strictObject({
  lines: z
    .array(Line)
    .min(1)
    .max(3)
    .default([{ text: 'a' }]),
  price: z.number().nullable().optional(),
  due: text({ format: 'date' }).optional(),
});

function problems(value: unknown): string[] {
  const checked = checkType(Input, value);
  return checked.ok ? [] : checked.problems.map(({ loc, type, msg }) => `${loc.join('.')} ${type}: ${msg}`);
}

// The tests of the Python runtime have the same values.
describe('checkType', () => {
  it.each<[unknown, string[]]>([
    [{ lines: [{ text: '😀😀' }], price: null }, []],
    [
      { lines: [{ text: 'abc', count: '1' }, {}] },
      [
        'lines.0.count int_type: must be an integer',
        'lines.0.text too_long: must have at most 2 characters',
        'lines.1.text missing: is missing',
      ],
    ],
    [{ lines: [1, 2, 3, 4] }, ['lines too_long: must have at most 3 items']],
    [{ lines: [] }, ['lines too_short: must have at least 1 item']],
    [
      { lines: [{ text: 'a', count: 0 }], z: 1, a: 1 },
      [
        'a extra_forbidden: is not a known property',
        'lines.0.count greater_than_equal: must be at least 1',
        'z extra_forbidden: is not a known property',
      ],
    ],
    [{ lines: null, price: Number.NaN }, ['lines list_type: must be a list', 'price float_type: must be a number']],
    [{ price: Number.POSITIVE_INFINITY }, ['price float_type: must be a number']],
    [{ due: '2025-02-29' }, ['due format: must be a date, like 2026-01-31']],
    [[], [' dict_type: must be an object']],
  ])('reports what is wrong with %j', (value, expected) => expect(problems(value)).toEqual(expected));

  it.each(['\\s+$', '^(?:\\s|\\s\\s){30}$', '(?:\\s+)+b'])('checks a long text with the pattern %s', (pattern) => {
    const checked = checkType(text({ pattern }), `${' '.repeat(200_000)}x`);
    expect(checked).toEqual({ ok: false, problems: [{ loc: [], type: 'pattern', msg: `must match ${pattern}` }] });
  });

  it('treats a key __proto__ as any other', () => {
    const labels = z.record(z.string(), text({ maxLength: 2 }));
    const open = z.looseObject({ labels });
    const given = JSON.parse('{"__proto__": {"a": [1]}, "labels": {"__proto__": "ab"}}');
    expect(JSON.stringify(checkType(open, given))).toBe(
      '{"ok":true,"value":{"labels":{"__proto__":"ab"},"__proto__":{"a":[1]}}}',
    );
    const found = (type: z.ZodType, json: string) => {
      const checked = checkType(type, JSON.parse(json));
      return checked.ok ? [] : checked.problems.map(({ loc, type }) => `${loc.join('.')} ${type}`);
    };
    expect(found(labels, '{"__proto__": "abc"}')).toEqual(['__proto__ too_long']);
    expect(found(Line, '{"text": "a", "__proto__": 1}')).toEqual(['__proto__ extra_forbidden']);
  });

  it('gives every value a default of its own', () => {
    const first = checkType(Input, {});
    if (!first.ok) expect.fail();
    first.value.lines[0]!.text = 'changed';
    expect(checkType(Input, {})).toEqual({ ok: true, value: { lines: [{ text: 'a' }] } });
  });
});

describe('declaredPart', () => {
  const Cat = z.strictObject({ kind: z.literal('cat'), lives: integer().optional() });
  const Dog = z.strictObject({ kind: z.literal('dog') });
  const Pet = z.discriminatedUnion('kind', [Cat, Dog]);
  it.each<[string, z.ZodType, Record<string, unknown>, string[]]>([
    ['an object', Cat, { kind: 'dog', lives: 9, user_id: 'a' }, ['kind', 'lives']],
    ['a union', Pet, { kind: 'cat', lives: 9, user_id: 'a' }, ['kind', 'lives']],
    ['another choice', Pet, { kind: 'dog', lives: 9, user_id: 'a' }, ['kind']],
    ['a union without a choice', Pet, { kind: 'cow', user_id: 'a' }, ['kind', 'user_id']],
    ['an open object', z.looseObject({ kind: z.string() }), { kind: 'cow', user_id: 'a' }, ['kind', 'user_id']],
    ['a map', z.record(z.string(), z.unknown()), { user_id: 'a' }, ['user_id']],
  ])('takes what %s declares', (_, type, data, kept) => expect(Object.keys(declaredPart(type, data))).toEqual(kept));

  it('takes the choice of a union from the whole', () => {
    const data = { lives: 9, report_id: 'r7' };
    expect(declaredPart(Pet, data, { kind: 'cat', ...data })).toEqual({ lives: 9 });
    expect(declaredPart(Pet, data, { kind: 'dog', ...data })).toEqual({});
  });
});
