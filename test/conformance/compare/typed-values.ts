import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Host } from '../host/host.ts';
import { send } from '../wire/send.ts';
import { inOneHour, signToken } from '../wire/token.ts';
import type { Pair } from './hosts.ts';

const prefix = '/api/v1/modules/typed_values';

type Row = readonly [keyword: string, fits: object, ...wrong: readonly object[]];

/** Values of the module `typed_values`, besides `text`: for each keyword one that fits and others that don't. */
export const values: readonly Row[] = [
  ['minLength', { text: '😀😀' }, { text: 'a' }, { text: 5 }, { text: null }],
  ['maxLength', { text: 'abcd' }, { text: 'abcde' }],
  ['required', {}, { text: undefined }],
  ['pattern', { code: 'ab' }, { code: 'AB' }, { code: 'ab\n' }],
  ['format: date', { day: '2024-02-29' }, { day: '2023-02-29' }],
  ['format: date-time', { moment: '2024-02-29T23:59:59.5+01:00' }, { moment: '2024-02-29 23:59:59' }],
  ['format: uuid', { id: '4853DC46-076d-4958-a0a6-ab2314560a2b' }, { id: '4853dc46076d4958a0a6ab2314560a2b' }],
  ['format: email', { mail: 'a@b.example' }, { mail: 'a@b' }],
  ['format: uri', { link: 'https://a.example/?b=%20' }, { link: '/a' }],
  ['minimum', { count: 1 }, { count: 0 }, { count: 1.5 }, { count: '1' }, { count: true }],
  ['maximum', { count: 5.0 }, { count: 6 }],
  ['exclusiveMinimum', { ratio: 0.1 }, { ratio: 0 }, { ratio: '0.1' }],
  ['exclusiveMaximum', { ratio: 0.9 }, { ratio: 1 }],
  ['enum', { level: 2, color: 'green' }, { level: 3 }, { level: '1' }, { level: true }, { color: 'blue' }],
  ['const', { fixed: true }, { fixed: 1 }, { fixed: false }],
  ['type: boolean', { flag: false }, { flag: 0 }, { flag: 'true' }],
  ['type with null', { note: null }, { note: 5 }, { flag: null }],
  ['type: null', { nothing: null }, { nothing: false }],
  [
    'items',
    { lines: [{ text: 'a', amount: 1 }] },
    { lines: [{ text: 'a', amount: -1 }, { amount: '1' }] },
    { lines: {} },
  ],
  ['minItems', { lines: [{ text: 'a' }] }, { lines: [] }],
  ['maxItems', { lines: [{ text: 'a' }, { text: 'b' }] }, { lines: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }],
  ['additionalProperties', { tags: { a: 'abc' } }, { tags: { a: 'abcd', b: 1 } }, { unknown: 1, also: 2 }],
  ['properties', { inner: { deep: [1, 2.0] } }, { inner: { deep: [1.5, '2'], x: 1 } }, { inner: {} }, { inner: [] }],
  ['oneOf', { shape: { kind: 'circle', radius: 1 } }, { shape: { kind: 'square', side: 1.5 } }],
  ['discriminator', { shape: { kind: 'square' } }, { shape: { kind: 'line' } }, { shape: {} }, { shape: 'circle' }],
  ['several problems', {}, { text: 'a', count: 9, code: 'A', lines: [{}, { text: 1 }], unknown: 1 }],
];

/** Bodies of POST /process beside the values, and queries of GET /find. */
export const bodies: readonly unknown[] = [
  {},
  null,
  [],
  { input_data: null },
  { input_data: [] },
  { input_data: {} },
  { input_data: { text: 'abc' }, options: { pages: 0, x: 1 }, priority: 11, y: 1 },
  { input_data: { text: 'a' }, options: null },
  { input_data: { text: 'a', x: 1 }, options: [], priority: 'x' },
  { input_data: { text: 'abc', note: 'x'.repeat(6000) } },
  { input_data: { text: 'a', note: 'x'.repeat(6000) } },
];
export const queries: readonly string[] = [
  'page=2&ratio=1e2&exact=true&word=abc&level=2',
  'page=2',
  '',
  'page=0',
  'page=1.0',
  'page=x&ratio=one&exact=1&word=abcd&level=3&unknown=1',
  'page=1&page=2',
  'page=%2B1',
  'page=01',
  'ratio=&page=1',
  'page=9007199254740993',
];

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** The answers of both hosts to a call, without what differs in each host. */
export async function answersOf(pair: Pair, call: Call): Promise<readonly [unknown, unknown]> {
  return Promise.all([answerOf(pair.fastify, call), answerOf(pair.fastapi, call)]);
}

async function answerOf(host: Host, { method, path, body }: Call): Promise<unknown> {
  const claims = { sub: `user-${randomUUID()}`, permissions: ['typed_values:*'], admin: false, exp: inOneHour() };
  const headers = {
    authorization: `Bearer ${signToken(host.secret, claims)}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await send(host.baseUrl, { method, path: prefix + path, headers, ...text });
  const json = Object(answer.json) as { detail?: unknown; status?: unknown; metadata?: { duration_ms?: number } };
  // Ids and times differ.
  if (answer.status === 202) return [202, json.status];
  if (json.metadata !== undefined) delete json.metadata.duration_ms;
  return [answer.status, answer.json];
}

interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly securitySchemes: unknown };
}

/** What the OpenAPI document of a host says about a module and what it refers to. */
export async function descriptionOf(host: Host, module: string): Promise<unknown> {
  const { json } = await send(host.baseUrl, { method: 'GET', path: '/openapi.json' });
  const { paths, components } = json as Document;
  const own = Object.entries(paths).filter(
    ([path]) => path.startsWith(`/api/v1/modules/${module}/`) && !path.endsWith('/health'),
  );
  const used: Record<string, unknown> = {};
  const follow = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name in used) continue;
      used[name] = components.schemas[name];
      expect(used[name], name).toBeDefined();
      follow(used[name]);
    }
  };
  follow(own);
  const { Refused: _, InvalidRequest: __, ErrorItem: ___, ...ofModule } = used;
  return { paths: Object.fromEntries(own), schemas: ofModule, securitySchemes: components.securitySchemes };
}
