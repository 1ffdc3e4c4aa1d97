import { describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectProblems, expectRefusal } from '../wire/expect-problem.ts';
import { finish, submit } from '../wire/module-calls.ts';
import type { World } from '../world.ts';
import { endpointsOfOneJob } from './endpoints.ts';

const input = { test: 'data' };

const badBodies: ReadonlyArray<readonly [name: string, body: unknown, problems: readonly string[]]> = [
  ['no input_data', {}, ['missing at body.input_data']],
  ['empty input_data', { input_data: {} }, ['too_short at body.input_data']],
  ['input_data null', { input_data: null }, ['dict_type at body.input_data']],
  ['input_data a list', { input_data: [input] }, ['dict_type at body.input_data']],
  ['input_data a string', { input_data: 'text' }, ['dict_type at body.input_data']],
  ['options a list', { input_data: input, options: [] }, ['dict_type at body.options']],
  ['options null', { input_data: input, options: null }, ['dict_type at body.options']],
  ['priority 0', { input_data: input, priority: 0 }, ['greater_than_equal at body.priority']],
  ['priority 11', { input_data: input, priority: 11 }, ['less_than_equal at body.priority']],
  ['priority 1.5', { input_data: input, priority: 1.5 }, ['int_type at body.priority']],
  ['priority "5"', { input_data: input, priority: '5' }, ['int_type at body.priority']],
  ['priority true', { input_data: input, priority: true }, ['int_type at body.priority']],
  ['priority null', { input_data: input, priority: null }, ['int_type at body.priority']],
  ['an unknown field', { input_data: input, extra: 1 }, ['extra_forbidden at body.extra']],
  ['a field of the job', { input_data: input, status: 'completed' }, ['extra_forbidden at body.status']],
  [
    'several problems',
    { priority: 99, options: 1, user_id: 'x' },
    [
      ...['missing at body.input_data', 'less_than_equal at body.priority'],
      ...['dict_type at body.options', 'extra_forbidden at body.user_id'],
    ],
  ],
  ['a list', [1], ['dict_type at body']],
  ['a string', 'text', ['dict_type at body']],
  ['a number', 7, ['dict_type at body']],
];

const notJson: ReadonlyArray<readonly [name: string, body: string | Buffer]> = [
  ['truncated', '{"input_data": {"a": 1}'],
  ['a trailing comma', '{"input_data": {"a": 1},}'],
  ['single quotes', "{'input_data': {'a': 1}}"],
  ['a bare word', 'hello'],
  ['NaN', '{"input_data": {"a": NaN}}'],
  ['Infinity', '{"input_data": {"a": -Infinity}}'],
  ['a comment', '{"input_data": {"a": 1} /* why */}'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['two documents', '{"input_data": {"a": 1}}{}'],
];

const badQueries: ReadonlyArray<readonly [query: string, ...problems: string[]]> = [
  ['skip=-1', 'greater_than_equal at query.skip'],
  ['skip=abc', 'int_parsing at query.skip'],
  ['skip=1.5', 'int_parsing at query.skip'],
  ['skip=', 'int_parsing at query.skip'],
  ['limit=0', 'greater_than_equal at query.limit'],
  ['limit=-5', 'greater_than_equal at query.limit'],
  ['limit=101', 'less_than_equal at query.limit'],
  ['limit=ten', 'int_parsing at query.limit'],
  ['limit=0x10', 'int_parsing at query.limit'],
  ['status=running', 'enum at query.status'],
  ['status=COMPLETED', 'enum at query.status'],
  ['status=', 'enum at query.status'],
  ['skip=1&skip=1', 'int_parsing at query.skip'],
  ['limit=1&limit=0&status=x', 'int_parsing at query.limit', 'enum at query.status'],
  ['status=pending&status=pending', 'enum at query.status'],
  ['skip=%201', 'int_parsing at query.skip'],
  ['skip=9007199254740992', 'less_than_equal at query.skip'],
  [`skip=${'9'.repeat(5_000)}`, 'less_than_equal at query.skip'],
  [`limit=-${'9'.repeat(400)}`, 'greater_than_equal at query.limit'],
  ["status=pending'%20OR%20'1'='1", 'enum at query.status'],
  [
    'skip=-1&limit=0&status=x',
    ...'greater_than_equal at query.skip,greater_than_equal at query.limit,enum at query.status'.split(','),
  ],
];

const notUuids = [
  ...['1', 'not-a-uuid', '123e4567-e89b-12d3-a456-42661417400', '123e4567-e89b-12d3-a456-4266141740000'],
  ...['g23e4567-e89b-12d3-a456-426614174000', "'%20OR%20'1'='1", "1';DROP%20TABLE%20jobs;--"],
  ...['..%5c..%5cwindows', '%00', '%F0%9F%92%A3', '*', 'null', '%7Bjob_id%7D', 'a'.repeat(300)],
];

/** Section 2, validation: every invalid body, path and query, and that none of them does harm. */
export function describeRequests(world: World): void {
  const { subject, neighbour } = world;
  const path = under(subject, '/process');

  it.each(badBodies)('422 process: %s', async (_, body, problems) => {
    expectProblems(await world.person().post(path, body), ...problems);
  });

  it.each(notJson)('422 json_invalid process: %s', async (_, body) => {
    expectProblems(await world.person().raw(path, body), 'json_invalid at body');
  });

  it('422 process: no body, or a body without a JSON content type', async () => {
    const caller = world.person();
    expectProblems(await caller.post(path), 'missing at body');
    const body = JSON.stringify({ input_data: input });
    for (const type of ['text/plain', 'application/jsonx', 'json', '']) {
      const headers = { 'content-type': type };
      expectProblems(await caller.send({ method: 'POST', path, headers, body }), 'json_invalid at body');
    }
    const headers = { 'content-type': 'APPLICATION/VND.API+JSON; a=b' };
    expect((await caller.send({ method: 'POST', path, headers, body })).status).toBe(202);
  });

  it('ignores a body where none is expected', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, neighbour, input);
    await finish(caller, neighbour, job_id);
    const headers = { 'content-type': 'text/plain' };
    const ask = async (method: string, tail: string) =>
      (await caller.send({ method, path: under(neighbour, tail), headers, body: 'hello' })).status;
    expect(await ask('GET', '/list')).toBe(200);
    expect(await ask('POST', `/cancel/${job_id}`)).toBe(409);
    expect(await ask('POST', '/nothing-here')).toBe(404);
  });

  it('422 process: larger than the limit of the module or of the host', async () => {
    const caller = world.person();
    const tooLarge = { input_data: { text: 'x'.repeat(world.maxInputBytes) } };
    expectProblems(await caller.post(path, tooLarge), 'too_long at body.input_data');
    const options = { input_data: input, options: { text: 'x'.repeat(world.maxInputBytes) } };
    expectProblems(await caller.post(path, options), 'too_long at body.input_data');
    expectProblems(await caller.post(path, { input_data: { text: 'x'.repeat(2_200_000) } }), 'too_long at body');
  });

  it('422 process: nested too deeply', async () => {
    const caller = world.person();
    const nested = (depth: number) => `{"input_data": ${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    // The object and `input_data` are two levels.
    expect((await caller.raw(path, nested(98))).status).toBe(202);
    expectProblems(await caller.raw(path, nested(100)), 'too_deep at body');
    const lists = `{"input_data": {"a": ${'['.repeat(1000)}${']'.repeat(1000)}}}`;
    for (const body of [nested(1000), nested(100_000), lists]) {
      expectProblems(await caller.raw(path, body), 'too_deep at body');
    }
  });

  it.each([
    ['priority 1 and 10', { input_data: input, priority: 1 }, { input_data: input, priority: 10 }],
    [
      'options',
      { input_data: input, options: {} },
      { input_data: input, options: { language: 'fr', deep: { a: [1] } } },
    ],
    ['values of every kind', { input_data: { a: null, b: [], c: { d: false }, '': 1.5, é: '😀' } }],
  ])('202 process: %s', async (_, ...bodies) => {
    const caller = world.person();
    for (const body of bodies) expect((await caller.post(path, body)).status, JSON.stringify(body)).toBe(202);
  });

  it.each([
    ['a NUL character', '"x\\u0000y"'],
    ['a NUL character in a key', '{"x\\u0000y": 1}'],
    ['half a surrogate pair', '"\\ud800"'],
    ['a number beyond a double', '1e400'],
    ['an integer beyond 2^53', '9007199254740992'],
    ['a negative integer beyond 2^53', '[-9007199254740992]'],
    ['an integer of 400 digits', '9'.repeat(400)],
  ])('422 process: %s', async (_, value) => {
    const body = `{"input_data": {"a": ${value}}}`;
    expectProblems(await world.person().raw(under(neighbour, '/process'), body), 'json_invalid at body');
  });

  it.each([
    ['the largest integers', '[9007199254740991, -9007199254740991]'],
    ['a large number that is no integer literal', '[1e300, 9007199254740992.0]'],
    ['a pair of surrogates, and a backslash before u0000', '"\\ud83d\\ude00 \\\\u0000"'],
    ['a key __proto__', '{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}'],
  ])('process: %s becomes a job that ends', async (_, value) => {
    const caller = world.person();
    const answer = await caller.raw(under(neighbour, '/process'), `{"input_data": {"a": ${value}}}`);
    expect(answer.status, answer.text).toBe(202);
    await finish(caller, neighbour, (answer.json as { job_id: string }).job_id);
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });

  it('process: a key __proto__ is a key like any other', async () => {
    const caller = world.person();
    const answer = await caller.raw(under(neighbour, '/process'), '{"input_data": {"__proto__": {"a": 1}}}');
    expect(answer.status, answer.text).toBe(202);
    const refused = await caller.raw(under(neighbour, '/process'), '{"input_data": {"a": 1}, "__proto__": {}}');
    expectProblems(refused, 'extra_forbidden at body.__proto__');
  });

  it.each(['/list?skip=%zz', '/status/%zz', '/%', '/status/%f'])('400 bad_request: %s', async (tail) => {
    expectRefusal(await world.person().send({ method: 'GET', path: under(subject, tail) }), 400, 'bad_request');
  });

  it('HEAD answers like GET', async () => {
    const caller = world.person();
    for (const path of ['/health', under(subject, '/list'), under(subject, '/nothing-here')]) {
      const [get, head] = [await caller.get(path), await caller.send({ method: 'HEAD', path })];
      expect([head.status, head.text]).toEqual([get.status, '']);
    }
  });

  it.each(badQueries)('422 list: %s', async (query, ...problems) => {
    expectProblems(await world.person().get(under(subject, `/list?${query}`)), ...problems);
  });

  it.each(['skip=2147483648', 'skip=9007199254740991', 'skip=007', 'skip=-0'])('200 list: %s', async (query) => {
    expect((await world.person().get(under(subject, `/list?${query}`))).status).toBe(200);
  });

  describe.each(endpointsOfOneJob)('%s', (_, { method, path: template }) => {
    it.each(notUuids)('422 uuid_parsing: %s', async (id) => {
      const answer = await world.person().send({ method, path: under(subject, template.replace('{job_id}', id)) });
      expectProblems(answer, 'uuid_parsing at path.job_id');
    });

    it('404 not_found: no id, and an id with slashes', async () => {
      for (const id of ['', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '%2Fetc%2Fpasswd', 'a%2Fb', 'a/b']) {
        const answer = await world.person().send({ method, path: under(subject, template.replace('{job_id}', id)) });
        expectRefusal(answer, 404, 'not_found');
      }
    });

    it('finds a job by its id in upper case', async () => {
      const caller = world.person();
      const { job_id } = await submit(caller, subject, input);
      await finish(caller, subject, job_id);
      const path = under(subject, template.replace('{job_id}', job_id.toUpperCase()));
      expect([200, 409]).toContain((await caller.send({ method, path })).status);
    });
  });

  it.each([
    ['GET', '/process'],
    ['DELETE', '/list'],
    ['POST', '/status/123e4567-e89b-12d3-a456-426614174000'],
    ['GET', '/cancel/123e4567-e89b-12d3-a456-426614174000'],
    ['GET', '/nothing-here'],
    ['GET', '/list/more'],
    ['GET', ''],
    ['GET', '/../../../../etc/passwd'],
  ])('404 not_found: %s N%s', async (method, tail) => {
    expectRefusal(await world.person().send({ method, path: under(subject, tail) }), 404, 'not_found');
  });

  it('404 not_found for an unknown path, with or without a token', async () => {
    for (const caller of [world.person(), world.stranger()]) {
      for (const at of ['/', '/nope', '/api/v1/modules/no_such_module/process', '/api/v1']) {
        expectRefusal(await caller.get(at), 404, 'not_found');
      }
    }
  });
}
