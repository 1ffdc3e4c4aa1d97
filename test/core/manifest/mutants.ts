import { keywords, reservedClassNames } from '../../../src/core/text/names.ts';
import { hostileTexts } from '../hostile.ts';
import type { Draw } from '../pack/random-manifest.ts';

/** Values at limits, one beyond limits, and of wrong types. */
const oddities: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    [],
    {},
    '',
    ' ',
    'x',
    'X',
    '1',
    '1.0',
    '1.0.0',
    'on',
    'a b',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\ud800',
  ],
  ...[0, -0, 1, -1, 1.5, 1000, 1001, 1e21, 2 ** 53, Number.POSITIVE_INFINITY, Number.NaN],
  ...[49, 50, 51, 64, 65, 99, 100, 101, 199, 200, 201, 1000, 1001, 10_000, 10_001].flatMap((length) => [
    'a'.repeat(length),
    `A${'b'.repeat(length - 1)}`,
    '😀'.repeat(length),
    `/${'a'.repeat(length - 1)}`,
  ]),
  ...[200, 201].map((length) => Array.from({ length }, (_, index) => `redis${index}`)),
  ...[100, 101].map((length) => ({ type: 'integer', enum: Array.from({ length }, (_, index) => index) })),
  ...[
    'GET /a',
    'get /a',
    '/a',
    'a',
    '/',
    '//',
    '/a/',
    '/a/../b',
    '/./a',
    '/..',
    '/a.b',
    '/...',
    '/{a}',
    '/{A}',
    '/{a}/{a}',
  ],
  ...[
    'POST  /a',
    'POST /a b',
    '/{class}',
    '/{a}/x/{b}/{a}',
    '/{yield}{x}',
    '/é',
    'a:b',
    'a:B',
    'a.b',
    ':a',
    'a:',
    'a:b:c',
  ],
  ...[
    'module:a',
    'module:',
    'redis',
    '@a/b',
    '@a/b@1',
    'x[y]>=1',
    'x>=1,<2',
    'x y',
    '500m',
    '0m',
    '0.0',
    '0.5',
    '01',
    '1Gi',
    '1GB',
  ],
  ...[
    { type: 'string' },
    { type: 'text' },
    { type: 'string', default: null },
    { default: 1 },
    { type: 'string', x: 1 },
  ],
  ...['list', 'health', 'Health', ...keywords, ...reservedClassNames],
  ...hostileTexts.map(([, text]) => text),
];

const keys = [
  '',
  'x',
  'Name',
  'nam',
  'type',
  'enum',
  'cpu',
  'model_config',
  'schema',
  'if',
  'a'.repeat(64),
  'a'.repeat(65),
  'é',
  'a-b',
];

type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string };

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

function changeText(draw: Draw, text: string): string {
  const at = draw.below(text.length + 1);
  const rest = text.slice(at + draw.below(2));
  return (
    text.slice(0, at) +
    draw.one(['', 'a', 'Z', '0', '_', ' ', '/', '.', ':', '{', '}', '\n', '\u0000', '\ud800', '😀']) +
    rest
  );
}

/** Changes a value in one to three places, with likely and unlikely mistakes. */
export function mutate(draw: Draw, value: object): void {
  for (let left = 1 + draw.below(3); left > 0; left -= 1) {
    const places = placesIn(value);
    changeAt(draw, places.length === 0 ? { holder: value as Record<string, unknown>, key: 'name' } : draw.one(places));
  }
}

function changeAt(draw: Draw, { holder, key }: Place): void {
  const record = holder as Record<string, unknown>;
  const there = record[key];
  const put = (at: string, value: unknown) => {
    record[at] = value;
  };
  const add = (at: string, value: unknown) => (Array.isArray(holder) ? void holder.push(value) : put(at, value));
  const odd = () => structuredClone(draw.one(oddities));
  draw.one([
    () => put(key, odd()),
    () => put(key, typeof there === 'string' ? changeText(draw, there) : draw.one([-Number(there), String(there)])),
    () => put(key, typeof there === 'string' ? changeText(draw, there) : Number(there) * draw.one([0.5, 1000])),
    () => void (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete record[key]),
    () => add(draw.one(keys), there),
    () => add(draw.flag() ? draw.word() : draw.one(keys), odd()),
  ])();
}
