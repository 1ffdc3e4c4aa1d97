import fc from 'fast-check';
import { accepted, order, orderWith, refused } from '../typed/cases.ts';
import { json } from './bodies.ts';
import { oneOf } from './draw.ts';
import type { Step } from './requests.ts';

const orders = '/api/v1/modules/orders';

/** JSON texts: those that the cases of test/conformance/typed try, and any others, also malformed ones. */
const value = fc.oneof(
  oneOf(...[...accepted, ...refused].map(([, , given]) => JSON.stringify(given) ?? 'null')),
  json.value,
);
const places = [...new Set([...accepted, ...refused].map(([, place]) => place)), 'a.b', 'payment.kind', 'lines.1', '0'];

/** An order with some values replaced. */
const input = fc.array(fc.tuple(oneOf(...places), value), { maxLength: 3 }).map((changes) => {
  const marked = changes.reduce((base, [place], index) => orderWith(place, `@${index}@`, base), order());
  return JSON.stringify(marked).replaceAll(/"@(\d)@"/g, (_, index) => changes[Number(index)]?.[1] ?? 'null');
});
const options = fc
  .array(fc.tuple(oneOf('detail', 'rate', 'other'), fc.oneof(oneOf('"long"', '1', '0.5', '3'), value)), {
    maxLength: 2,
  })
  .map((entries) => `{${entries.map(([name, text]) => `"${name}":${text}`).join()}}`);

const request = fc
  .tuple(input, fc.option(fc.oneof(options, value)), fc.option(oneOf('1', '0', '"1"')))
  .map(([order, chosen, priority]) => {
    const more = [chosen === null ? '' : `,"options":${chosen}`, priority === null ? '' : `,"priority":${priority}`];
    return `{"input_data":${order}${more.join('')}}`;
  });
const query = fc
  .array(
    fc.tuple(
      oneOf('q', 'q', 'page', 'exact', 'least', 'sort', 'stars', 'since', 'from', 'other', '__proto__'),
      oneOf(...['a', '', '1', '0', '101', '1.0', '-1e2', '01', '+1', 'true', 'True', 'new', '3', '2024-02-29', '%00']),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => pairs.map(([name, text]) => `${name}=${text}`).join('&'));

const post = (path: string, body: string, method = 'POST'): Step => ({
  method,
  path: `${orders}${path}`,
  caller: 'user',
  headers: { 'content-type': 'application/json' },
  body,
});

/** Requests to a module with types. */
export const typedStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(oneOf('/process', '/analyse'), request).map(([path, body]) => post(path, body)),
  fc.tuple(oneOf('/preview', '/direct', '/notify'), input).map(([path, body]) => post(path, body)),
  fc.tuple(oneOf('/preview', '/process', '/notify'), value).map(([path, body]) => post(path, body)),
  value.map((body) => post('/drafts/one', body, 'PUT')),
  query.map((text): Step => ({ method: 'GET', path: `${orders}/search?${text}`, caller: 'user', headers: {} })),
  query.map((text): Step => ({ method: 'GET', path: `${orders}/quick/1?${text}`, caller: 'user', headers: {} })),
);
