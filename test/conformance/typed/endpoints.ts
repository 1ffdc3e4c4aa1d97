import { describe, expect, it } from 'vitest';
import { may } from '../wire/caller.ts';
import type { Answer } from '../wire/send.ts';
import { at, bodyOf, problemsOf } from './answers.ts';
import { order } from './cases.ts';
import { orders, type Pair, type TypedHost } from './hosts.ts';

const search =
  (query: string) =>
  ({ user }: TypedHost) =>
    user.get(`${at}/search?${query}`);

/** Custom endpoints with types, and the document that describes all endpoints. */
export function describeEndpoints(pair: Pair): void {
  const both = (ask: (host: TypedHost) => Promise<Answer>) => pair.both(async (host) => bodyOf(await ask(host)));

  describe('a query', () => {
    it.each<[string, object]>([
      ['q=a', {}],
      ['q=5&page=007', { q: '5', page: 7 }],
      ['q=a&page=100&exact=true&least=-1.5e2', { page: 100, exact: true, least: -150 }],
      ['q=a&page=1.0', { page: 1 }],
      ['q=a&exact=false&sort=old&stars=3', { exact: false, sort: 'old', stars: 3 }],
      ['q=a&since=2024-02-29&from=x', { since: '2024-02-29', from: 'x' }],
      ['q=%F0%9F%98%80+%2B&from=', { q: '😀 +', from: '' }],
      ['q=true&from=null', { q: 'true', from: 'null' }],
    ])('%s has values of its types', async (query, wanted) => {
      const answer = await both(search(query));
      const defaults = { q: 'a', page: 1, exact: false };
      expect(answer).toEqual({ status: 200, body: { query: { ...defaults, ...wanted }, user: 'user' } });
    });

    it.each<[string, ...string[]]>([
      ['', 'query.q missing'],
      ['q=', 'query.q too_short'],
      [`q=${'%F0%9F%98%80'.repeat(21)}`, 'query.q too_long'],
      ['q=a&page=', 'query.page int_type'],
      ['q=a&page=first', 'query.page int_type'],
      ['q=a&page=1.5', 'query.page int_type'],
      ['q=a&page=0', 'query.page greater_than_equal'],
      ['q=a&page=%201', 'query.page int_type'],
      ['q=a&page=9007199254740993', 'query.page less_than_equal'],
      [`q=a&page=${'9'.repeat(400)}`, 'query.page int_type'],
      ['q=a&least=NaN', 'query.least float_type'],
      ['q=a&least=Infinity', 'query.least float_type'],
      ['q=a&least=1e400', 'query.least float_type'],
      ['q=a&exact=True', 'query.exact bool_type'],
      ['q=a&exact=1', 'query.exact bool_type'],
      ['q=a&sort=newest', 'query.sort enum'],
      ['q=a&stars=4', 'query.stars enum'],
      ['q=a&stars=x', 'query.stars enum'],
      ['q=a&since=2023-02-29', 'query.since format'],
      ['q=a&more=1', 'query.more extra_forbidden'],
      ['q=a&q=b', 'query.q string_type'],
      ['q=a&page=1&page=2', 'query.page int_type'],
      [
        'page=0&exact=x&more=1',
        'query.exact bool_type',
        'query.more extra_forbidden',
        'query.page greater_than_equal',
        'query.q missing',
      ],
    ])('%s is refused', async (query, ...wanted) => {
      const { short } = await pair.both(async (host) => problemsOf(await search(query)(host)));
      expect(short).toEqual(wanted);
    });

    it('of DELETE is an input, too', async () => {
      const remove =
        (query: string) =>
        ({ user }: TypedHost) =>
          user.send({ method: 'DELETE', path: `${at}/drafts${query}` });
      expect(await both(remove('?older_than=30'))).toEqual({ status: 200, body: { deleted: 30 } });
      const { short } = await pair.both(async (host) => problemsOf(await remove('?older_than=-1')(host)));
      expect(short).toEqual(['query.older_than greater_than_equal']);
    });
  });

  it('an endpoint may have input or output only', async () => {
    const remove = ({ user }: TypedHost) => user.send({ method: 'DELETE', path: `${at}/cache` });
    expect(await both(remove)).toEqual({ status: 200, body: { deleted: 7 } });
    expect(await both(({ user }) => user.post(`${at}/notify`, { text: 'a' }))).toEqual({ status: 204 });
    const { short } = await pair.both(async ({ user }) => problemsOf(await user.post(`${at}/notify`, { text: 1 })));
    expect(short).toEqual(['body.text string_type']);
  });

  it('the path and the query of an endpoint without types are its input', async () => {
    const path = `${at}/quick/tomorrow?version=1&express=yes&more=1`;
    const { short } = await pair.both(async ({ user }) => problemsOf(await user.get(path)));
    const problems = ['due format', 'express bool_type', 'more extra_forbidden'];
    const missing = ['customer', 'lines', 'payment'].map((key) => `${key} missing`);
    expect(short).toEqual([...problems, ...missing].sort().map((problem) => `body.input_data.${problem}`));
  });

  describe('a body', () => {
    const headers = { 'content-type': 'application/json' };
    const put =
      (body: unknown, path = '/drafts/a%20b') =>
      ({ user }: TypedHost) =>
        user.send({ method: 'PUT', path: `${at}${path}`, headers, body: JSON.stringify(body) });
    const line = { sku: 'AB-123', quantity: 1, price: 1 };

    it('is the input, beside path parameters, and the answer is the output', async () => {
      const body = { line: { ...line, tax: 0.25 }, draft_id: 'a b' };
      expect(await both(put(line))).toEqual({ status: 200, body });
    });

    it.each<[string, unknown, string]>([
      ['a list', [line], 'body dict_type'],
      ['null', null, 'body dict_type'],
      ['a text', 'line', 'body dict_type'],
      ['an object with something else', { ...line, more: 1 }, 'body.more extra_forbidden'],
    ])('is not %s', async (_, body, wanted) => {
      const { short } = await pair.both(async (host) => problemsOf(await put(body)(host)));
      expect(short).toEqual([wanted]);
    });

    it('is there, is JSON, and is not too large', async () => {
      const answers = await pair.both(async ({ user }) => [
        problemsOf(await user.post(`${at}/preview`)),
        problemsOf(await user.raw(`${at}/preview`, '{')),
        problemsOf(await user.post(`${at}/direct`, { input: { text: 'x'.repeat(30_000) } })),
      ]);
      expect(answers.map(({ short }) => short)).toEqual([['body missing'], ['body json_invalid'], ['body too_long']]);
    });
  });

  it('asks for the permission of the manifest before it reads the body', async () => {
    const answers = await pair.both(async (host) => {
      const [reader, creator] = ['read', 'create'].map((verb) =>
        host.caller('reader', { permissions: may(orders, verb) }),
      );
      const asked = [
        await reader!.post(`${at}/preview`, order()),
        await creator!.raw(`${at}/preview`, '{'),
        await reader!.raw(`${at}/direct`, '{'),
        await creator!.get(`${at}/search`),
        await creator!.post(`${at}/approve`, {}),
      ];
      return asked.map(({ status }) => status);
    });
    expect(answers).toEqual([200, 403, 403, 403, 403]);
  });

  it('names operations and components after the manifest', async () => {
    const [operations, components] = await pair.both(async ({ user }) => {
      const { json } = await user.get('/openapi.json');
      const { schemas } = (json as { components: { schemas: object } }).components;
      const operations = [...JSON.stringify(json).matchAll(/"operationId":"(orders_[^"]+)"/g)].map((match) => match[1]);
      return [
        operations.sort(),
        Object.keys(schemas)
          .filter((name) => name.startsWith('Orders'))
          .sort(),
      ];
    });
    const standard = ['process', 'status', 'list', 'cancel', 'result', 'stats'];
    const own = ['preview', 'direct', 'approve', 'get_search', 'put_drafts_by_draft_id', 'delete_drafts', 'notify'];
    const others = ['delete_cache', 'analyse', 'get_quick_by_due'];
    expect(operations).toEqual([...standard, ...own, ...others].map((name) => `orders_${name}`).sort());
    const types = ['Sku', 'Line', 'Card', 'Transfer', 'Payment', 'Customer', 'Step', 'Order'];
    const roots = ['Input', 'Options', 'Output', 'PreviewInput', 'PreviewOutput', 'NotifyInput', 'DeleteCacheOutput'];
    expect(components).toEqual(
      expect.arrayContaining([...types, ...roots, 'ProcessRequest', 'Job', 'Result'].map((name) => `Orders${name}`)),
    );
  });
}
