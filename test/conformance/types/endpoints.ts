import { describe, expect, it } from 'vitest';
import { may } from '../wire/caller.ts';
import type { Answer } from '../wire/send.ts';
import { at, bodyOf, problemsOf } from './answers.ts';
import { order, orderWith } from './cases.ts';
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

  describe('the OpenAPI document', () => {
    const documentOf = async ({ user }: TypedHost) =>
      (await user.get('/openapi.json')).json as {
        paths: Record<string, Record<string, { operationId: string }>>;
        components: { schemas: Record<string, unknown>; securitySchemes: unknown };
      };

    it('is the same for the endpoints and types of both modules', async () => {
      const { operations, schemas } = await pair.both(async (host) => {
        const { paths, components } = await documentOf(host);
        const own = Object.entries(paths).filter(([path]) => /\/modules\/order/.test(path));
        const schemas = Object.entries(components.schemas).filter(([name]) => /^Order/.test(name));
        return { operations: own, schemas: Object.fromEntries(schemas), security: components.securitySchemes };
      });
      const ids = operations.flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
      expect(ids.filter((id) => id?.startsWith('orders_')).sort()).toEqual(
        ['analyse', 'approve', 'cancel', 'delete_drafts', 'direct', 'get_search', 'list', 'preview', 'process']
          .concat(['put_drafts_by_draft_id', 'result', 'stats', 'status'])
          .map((name) => `orders_${name}`),
      );
      expect(Object.keys(schemas)).toEqual(
        expect.arrayContaining(
          [
            'Input',
            'Options',
            'Output',
            'ProcessRequest',
            'Order',
            'Line',
            'Payment',
            'PreviewInput',
            'PreviewOutput',
          ].map((name) => `Orders${name}`),
        ),
      );
    });

    it('has no name twice, and no broken reference', async () => {
      await pair.both(async (host) => {
        const document = await documentOf(host);
        const text = JSON.stringify(document);
        const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!);
        expect(names.filter((name) => !(name in document.components.schemas))).toEqual([]);
        const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1]);
        expect(ids.length).toBe(new Set(ids).size);
      });
    });
  });

  it('an order that fits has no problem', async () => {
    expect(await both(({ user }) => user.post(`${at}/preview`, orderWith('lines.0.price', 2.5)))).toMatchObject({
      status: 200,
      body: { total: 2.5 },
    });
  });
}
