import { describe, expect, it } from 'vitest';
import type { Caller } from '../wire/caller.ts';
import { submit } from '../wire/module-calls.ts';
import type { Answer } from '../wire/send.ts';
import { waitUntil } from '../wire/wait-until.ts';
import { at, problemsOf, storedJob } from './answers.ts';
import { accepted, completed, defaults, manyProblems, order, orderWith, refused } from './cases.ts';
import { orders, type Pair } from './hosts.ts';

/** How an order reaches the module, and how the places of its problems begin. */
const entryPoints: ReadonlyArray<
  readonly [string, prefix: string, (caller: Caller, input: unknown) => Promise<Answer>]
> = [
  ['POST /process', 'body.input_data.', (caller, input) => caller.post(`${at}/process`, { input_data: input })],
  ['an endpoint with types', 'body.', (caller, input) => caller.post(`${at}/preview`, input)],
  [
    'an endpoint without types',
    'body.input_data.',
    (caller, input) => caller.post(`${at}/analyse`, { input_data: input }),
  ],
  ['a direct call', 'body.input_data.', (caller, input) => caller.post(`${at}/direct`, { input })],
];

/** Every keyword at every entry point that answers, and what is stored. Events: `describeEventTypes`. */
export function describeInput(pair: Pair): void {
  describe.each(entryPoints)('%s', (_, prefix, send) => {
    it.each(refused)('refuses %s: %s = %j', async (_, path, value, problem) => {
      const { short } = await pair.both(async ({ user }) => problemsOf(await send(user, orderWith(path, value))));
      expect(short).toEqual([`${prefix}${problem}`]);
    });

    it('reports all problems in order', async () => {
      const { short } = await pair.both(async ({ user }) => problemsOf(await send(user, manyProblems.order)));
      expect(short).toEqual(manyProblems.problems.map(([place, type]) => `${prefix}${place} ${type}`));
    });
  });

  it.each(accepted)('a direct call accepts %s: %s = %j', async (_, path, value) => {
    const given = orderWith(path, value);
    const output = await pair.both(async ({ user }) => {
      const { status, json, text } = await user.post(`${at}/direct`, { input: given });
      expect(status, text).toBe(200);
      return (json as { output_data: unknown }).output_data;
    });
    expect(output).toMatchObject({ input: completed(given), options: defaults.options });
  });

  it('a job accepts and stores all of them, with defaults', async () => {
    const given = accepted.map(([, path, value]) => orderWith(path, value));
    const stored = await pair.both(async (host) => {
      const user = host.someone();
      for (const input of given) await submit(user, orders, input);
      const query = `select json_build_object('status', status, 'input', input_data, 'options', options) from ai.jobs
        where user_id = '${user.sub}' and status not in ('pending', 'processing') order by created_at`;
      return waitUntil('the end of all jobs', () => {
        const rows = host.rows(query);
        return rows.length === given.length && rows;
      });
    });
    const { options } = defaults;
    expect(stored).toEqual(given.map((input) => ({ status: 'completed', input: completed(input), options })));
  });

  it.each([
    [
      { detail: 'long', rate: 1.5 },
      { detail: 'long', rate: 1.5 },
    ],
    [{ rate: 0.5 }, { detail: 'short', rate: 0.5 }],
    [{}, defaults.options],
  ])('a job stores the options %j with defaults', async (options, wanted) => {
    const stored = await pair.both(async (host) =>
      storedJob(host, (await submit(host.user, orders, order(), { options })).job_id),
    );
    expect(stored).toEqual({ input: completed(order()), options: wanted });
  });

  it('an integer may be written as 1.0 and 1e0, and is one', async () => {
    const raw = JSON.stringify({ input_data: orderWith('import', 7) }).replace('"import":7', '"import":7.0');
    const written = raw.replace('"quantity":2', '"quantity":2e0');
    const output = await pair.both(async ({ user }) => {
      const { json, text } = await user.raw(`${at}/analyse`, written);
      return (json as { output_data?: unknown }).output_data ?? text;
    });
    expect(output).toMatchObject({ input: completed(orderWith('import', 7)), total: 19 });
  });

  it.each(['9007199254740993', '1e400'])('the number %s is not JSON', async (number) => {
    const raw = JSON.stringify({ input_data: orderWith('import', 7) }).replace('"import":7', `"import":${number}`);
    const { short } = await pair.both(async ({ user }) => problemsOf(await user.raw(`${at}/process`, raw)));
    expect(short).toEqual(['body json_invalid']);
  });

  it('a key __proto__ is one like any other', async () => {
    const withKey = (place: string) =>
      JSON.stringify({ input_data: orderWith(place, { key: 'x' }) }).replace('"key"', '"__proto__"');
    const stored = await pair.both(async ({ user, rows }) => {
      const { json } = await user.raw(`${at}/process`, withKey('labels'));
      const { job_id } = json as { job_id: string };
      return rows(`select input_data->'labels' from ai.jobs where id = '${job_id}'`).map((each) =>
        JSON.stringify(each),
      );
    });
    expect(stored).toEqual(['{"__proto__":"x"}']);
    const { short } = await pair.both(async ({ user }) =>
      problemsOf(await user.raw(`${at}/process`, withKey('customer'))),
    );
    expect(short).toContain('body.input_data.customer.__proto__ extra_forbidden');
  });

  describe('the body of POST /process', () => {
    const wrongLine = orderWith('lines.0.price', 0);
    it.each<[string, object, string[]]>([
      ['without input', {}, ['body.input_data missing']],
      ['with a list as input', { input_data: [] }, ['body.input_data dict_type']],
      [
        'with an empty input',
        { input_data: {} },
        ['customer', 'lines', 'payment'].map((key) => `body.input_data.${key} missing`),
      ],
      ['with null as options', { input_data: order(), options: null }, ['body.options dict_type']],
      [
        'with wrong options',
        { input_data: order(), options: { detail: 'medium', rate: 0.1, more: 1 } },
        ['body.options.detail enum', 'body.options.more extra_forbidden', 'body.options.rate greater_than_equal'],
      ],
      [
        'with a wrong input and wrong options',
        { options: { rate: 3 }, input_data: wrongLine },
        ['body.input_data.lines.0.price greater_than', 'body.options.rate less_than_equal'],
      ],
      [
        'with problems everywhere',
        { input_data: wrongLine, options: { rate: 3 }, priority: 11, more: 1 },
        [
          'body.input_data.lines.0.price greater_than',
          'body.options.rate less_than_equal',
          'body.priority less_than_equal',
          'body.more extra_forbidden',
        ],
      ],
    ])('%s', async (_, body, wanted) => {
      for (const path of ['/process', '/analyse']) {
        const { short } = await pair.both(async ({ user }) => problemsOf(await user.post(`${at}${path}`, body)));
        expect(short, path).toEqual(wanted);
      }
    });

    it('of a direct call has the problems of both', async () => {
      const call = { input: wrongLine, options: { rate: 3 } };
      const { short } = await pair.both(async ({ user }) => problemsOf(await user.post(`${at}/direct`, call)));
      expect(short).toEqual(['body.input_data.lines.0.price greater_than', 'body.options.rate less_than_equal']);
    });
  });
}
