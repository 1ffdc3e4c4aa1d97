import { describe, expect, it } from 'vitest';
import type { AnswerShape } from './answer-kinds.ts';
import { ShapeOf } from './shape.ts';
import { differences, union } from './shape-diff.ts';

function shapeOf(values: readonly unknown[], open: readonly string[] = []) {
  const all = new ShapeOf(open);
  for (const value of values) all.add(value);
  return all.shape();
}

describe('the shape of answers', () => {
  it('lists every key with its types, and marks optional keys', () => {
    const id = '4853dc46-076d-4958-a0a6-ab2314560a2b';
    const jobs = [
      { id, at: null },
      { id, at: '2026-01-01T00:00:00.5Z', more: 1 },
    ];
    expect(shapeOf([{ jobs }, { jobs: [] }])).toEqual({
      $: 'object',
      '$.jobs': 'array',
      '$.jobs[]': 'object',
      '$.jobs[].at': 'null or time',
      '$.jobs[].id': 'uuid',
      '$.jobs[].more': 'number?',
    });
  });

  it('does not describe user input', () => {
    expect(shapeOf([{ data: { a: 1 } }], ['$.data'])).toEqual({ $: 'object', '$.data': 'any object' });
  });
});

describe('two shapes', () => {
  const answer = (body: Record<string, string>, problems: string[] = [], headers: string[] = []): AnswerShape => ({
    headers,
    body,
    problems,
  });

  it('differ in a key, a type, a problem or a header', () => {
    const golden = answer({ a: 'null or time', b: 'string' }, ['missing at body'], ['location']);
    expect(differences(golden, golden)).toEqual([]);
    expect(differences(golden, answer({ a: 'time', b: 'string' }, ['missing at body'], ['location']))).toEqual([]);
    expect(differences(golden, answer({ a: 'number', c: 'string' }, ['enum at body']))).toEqual([
      ...['header less: location', 'problem more: enum at body', 'problem less: missing at body'],
      ...['key more: c', 'key less: b', 'a is number, not null or time'],
    ]);
  });

  it('merge to the types of both', () => {
    const one = { 'GET /x 200': answer({ a: 'null' }) };
    expect(union(one, { 'GET /x 200': answer({ a: 'time' }), 'GET /y 200': answer({}) })).toEqual({
      'GET /x 200': answer({ a: 'null or time' }),
      'GET /y 200': answer({}),
    });
  });
});
