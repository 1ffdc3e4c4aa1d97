import fc from 'fast-check';
import type { ApiRequest } from '../wire/send.ts';
import { body, contentType, eventField, text } from './bodies.ts';
import { caller } from './callers.ts';
import { oneOf, words } from './draw.ts';
import { scripts } from './hosts.ts';
import { typedStep } from './typed.ts';

/** The requests of a scenario. */
export const stepsPerScenario = 5;

/** In a path: the id of the job that the scenario created last. */
export const lastJob = '{last job}';

type Route = readonly [method: string, path: string];

const prefix = '/api/v1/modules';
const ofOneJob: readonly Route[] = [
  ['GET', '/document_search/status/'],
  ['POST', '/document_search/cancel/'],
  ['GET', '/document_search/result/'],
  ['GET', '/mon_nouveau_module/status/'],
  ['POST', '/mon_nouveau_module/cancel/'],
  ['GET', '/many_methods/status/'],
];
const withBody: readonly Route[] = [
  ['POST', '/document_search/process'],
  ['POST', '/document_search/reindex'],
  ['POST', '/mon_nouveau_module/process'],
  ['POST', '/many_methods/process'],
  ['PUT', '/many_methods/items/a'],
  ['PATCH', '/many_methods/items/b%20c'],
];
const withQuery: readonly Route[] = [
  ['GET', '/document_search/documents/one'],
  ['GET', '/many_methods/items/x/parts/y'],
  ['DELETE', '/many_methods/items/1'],
  ['GET', '/many_methods/summary'],
];
const lists: readonly Route[] = [
  ['GET', '/document_search/list'],
  ['GET', '/mon_nouveau_module/list'],
];
const ofHost: readonly Route[] = [
  ['GET', '/health'],
  ['GET', `${prefix}/list`],
  ['GET', `${prefix}/document_search/health`],
  ['GET', `${prefix}/nothing/health`],
  ['GET', '/api/v1/test/events?correlation_id=none'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
  ['GET', `${prefix}/document_search/admin/stats`],
];

// Not any letter: Python and Node know different versions of Unicode, and İ becomes two characters in lower case.
const letters = oneOf(...'äßéΣσıЖ中٣½²\u0301\u200d\u{1f600}\u{10ffff}\ufffe');
const escaped = fc
  .string({ unit: fc.oneof(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }), letters), maxLength: 12 })
  .map((text) => encodeURIComponent(text));

const id = fc.oneof(
  { weight: 6, arbitrary: fc.constant(lastJob) },
  { weight: 1, arbitrary: fc.uuid() },
  { weight: 1, arbitrary: fc.uuid().map((text) => text.toUpperCase()) },
  {
    weight: 2,
    arbitrary: oneOf(
      ...['', '1', 'null', '%00', '%zz', '%', '%2', '%ff', '..', '.', '%2e%2e', 'a%2Fb', '%5c', 'a/b', '*', '%20', '+'],
      ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'x'.repeat(2_500)],
      ...['{00000000-0000-4000-8000-000000000000}', '00000000000040008000000000000000', `${lastJob}%20`, `${lastJob}/`],
    ),
  },
  { weight: 1, arbitrary: escaped },
);

const integer = oneOf(
  ...words('0 1 2 20 100 101 -1 -0 00 007 +1 %2B1 %201 1%20 1+ 1.0 1e1 1_0'),
  ...['0x10', '', 'abc', 'NaN', 'Infinity', 'true', 'null', '%D9%A1', '%EF%BC%91', '1%00', '%zz', '2147483647'],
  ...['2147483648', '9007199254740991', '9007199254740992', '9223372036854775808', '9'.repeat(40), '9'.repeat(400)],
);
const status = oneOf(
  'pending',
  'processing',
  'completed',
  'failed',
  'cancelled',
  'running',
  'COMPLETED',
  '',
  '%00',
  'pending%20',
);
const pageQuery = fc
  .array(
    fc.oneof(
      fc.tuple(oneOf('skip', 'limit'), integer),
      fc.tuple(fc.constant('status'), status),
      fc.tuple(oneOf('other', 'SKIP', '__proto__', 'skip%20', 'skip[]', 's%6Bip', ''), integer),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
const separator = oneOf('&', '&', '&', '&&', ';', '&amp;');
const anyQuery = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.tuple(oneOf('text', 'a', '', '__proto__', 'constructor', 'item_id', 'document_id', 'a[]', 'a.b'), escaped),
        fc.tuple(escaped, escaped),
        oneOf(
          ['text', 'a+b%2Bc'],
          ['text', '%E0%A4%A'],
          ['text', '%'],
          ['a', `${scripts.rejected}`],
          ['a', scripts.unavailable],
        ),
      ),
      { maxLength: 4 },
    ),
    separator,
    oneOf('=', '=', '=', '==', ''),
  )
  .map(([pairs, between, equals]) => pairs.map(([name, value]) => `${name}${equals}${value}`).join(between));

const method = oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY');

const target: fc.Arbitrary<Route> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(oneOf(...ofOneJob), id)
      .map(([[verb, path], each]) => [verb, `${prefix}${path}${each}`] as const),
  },
  { weight: 8, arbitrary: oneOf(...withBody).map(([verb, path]) => [verb, `${prefix}${path}`] as const) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(oneOf(...withQuery), anyQuery)
      .map(([[verb, path], query]) => [verb, `${prefix}${path}?${query}`] as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(oneOf('GET', 'DELETE'), escaped, anyQuery)
      .map(
        ([verb, item, query]) =>
          [verb, `${prefix}/many_methods/items/${item}${verb === 'GET' ? '/parts/1' : ''}?${query}`] as const,
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(oneOf(...lists), pageQuery)
      .map(([[verb, path], query]) => [verb, `${prefix}${path}?${query}`] as const),
  },
  { weight: 2, arbitrary: oneOf(...ofHost) },
  { weight: 1, arbitrary: fc.constant(['POST', '/api/v1/events'] as const) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        oneOf('GET', 'POST'),
        oneOf(
          ...[
            '/',
            '',
            '/api',
            '/api/',
            '/api/v1',
            `${prefix}`,
            `${prefix}/`,
            `${prefix}/nothing`,
            `${prefix}/nothing/list`,
          ],
          ...[
            `${prefix}//list`,
            `${prefix}/document_search`,
            `${prefix}/document_search/`,
            `${prefix}/document_search/list/`,
          ],
          ...[
            `${prefix}/document_search//list`,
            `${prefix}/document_search/./list`,
            `${prefix}/document_search/x/../list`,
          ],
          ...[`${prefix}/document_search/LIST`, `${prefix}/document_search/l%69st`, `${prefix}/document_search%2Flist`],
          ...[
            `${prefix}/%64ocument_search/list`,
            '/health/',
            '/HEALTH',
            '/docs/',
            '/docs/nothing',
            '/docs/x.js',
            '/favicon.ico',
          ],
          ...words('/health?%zz /nothing?%zz /%zz /nothing#a /health;a /health%00 /health%20 * //health'),
          ...[`${prefix}/list/health`, `${prefix}/document_search/health/`, `${prefix}/document_search/items/x`],
        ),
      )
      .map(([verb, path]) => [verb, path] as const),
  },
);

export interface Step extends ApiRequest {
  readonly caller: string;
}

const step: fc.Arbitrary<Step> = fc
  .record({
    target,
    otherMethod: fc.option(method, { freq: 10 }),
    caller,
    body,
    contentType,
    accept: fc.option(oneOf('application/json', 'text/html', 'application/xml', '*/*;q=0', ''), {
      freq: 6,
      nil: undefined,
    }),
    bodyAnyway: fc.integer({ min: 0, max: 11 }),
  })
  .map(({ target: [method, path], otherMethod, caller, body, contentType, accept, bodyAnyway }) => {
    const verb = otherMethod ?? method;
    const hasBody =
      (verb === method && ['POST', 'PUT', 'PATCH'].includes(verb) && !path.includes('/cancel/')) || bodyAnyway === 0;
    const headers = {
      ...(hasBody && body !== undefined && contentType !== undefined ? { 'content-type': contentType } : {}),
      ...(accept === undefined ? {} : { accept }),
    };
    return { method: verb, path, caller, headers, ...(hasBody && body !== undefined ? { body } : {}) };
  });

const publish: fc.Arbitrary<Step> = fc
  .tuple(oneOf('admin', 'admin', 'admin', 'user'), fc.array(eventField, { maxLength: 4 }))
  .map(([caller, fields]) => {
    const all = [['name', '"a.b"'], ['data', '{}'], ...fields].slice(fields.length === 4 ? 2 : 0);
    const body = `{${all.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
    return { method: 'POST', path: '/api/v1/events', caller, headers: { 'content-type': 'application/json' }, body };
  });

const steps = fc.oneof(
  { weight: 12, arbitrary: step },
  { weight: 4, arbitrary: typedStep },
  { weight: 1, arbitrary: publish },
);

/** A user creates a job, then sends other requests. */
export const scenario: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    oneOf('document_search', 'document_search', 'mon_nouveau_module', 'many_methods'),
    text,
    fc.array(steps, {
      minLength: stepsPerScenario - 1,
      maxLength: stepsPerScenario - 1,
    }),
  )
  .map(([module, input, steps]) => [create(module, input), ...steps]);

function create(module: string, input: string): Step {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ input_data: { text: input } });
  return { method: 'POST', path: `${prefix}/${module}/process`, caller: 'user', headers, body };
}
