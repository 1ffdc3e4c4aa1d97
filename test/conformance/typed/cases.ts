/** JSON of an order, without anything optional. */
export type Order = Record<string, unknown>;

export const order = (): Order => ({
  lines: [{ sku: 'AB-123', quantity: 2, price: 9.5 }],
  payment: { kind: 'card', number: '4111111111111111' },
  customer: { email: 'ann@example.org' },
});

export const defaults = {
  input: { step: 'echo', gift: null, labels: { source: 'web' } },
  line: { tax: 0.25 },
  options: { detail: 'short', rate: 1 },
};

/** An order whose value at `path`, with dots, is another one; undefined removes it. */
export function orderWith(path: string, value: unknown, changed: Order = order()): Order {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: any path into JSON
  const parent = keys.reduce((inner: any, key) => Object(inner)[key] ?? {}, changed);
  if (typeof parent !== 'object') return changed;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return changed;
}

type Accepted = readonly [keyword: string, path: string, value: unknown];

const line = { sku: 'AB-123', quantity: 1, price: 1 };
const transfer = { kind: 'transfer', iban: 'DE02' };
const faces = (count: number): string => '😀'.repeat(count);

/** Values that orders may have: each keyword at its limits. */
export const accepted: readonly Accepted[] = [
  ['type: integer', 'import', -7],
  ['type: boolean', 'express', false],
  ['type: null', 'nothing', null],
  ['type: [boolean, null]', 'gift', true],
  ['type: [boolean, null]', 'gift', null],
  ['type: [integer, null]', 'discount', null],
  ['type: [number, null]', 'weight', null],
  ['type: [string, null]', 'lines.0.note', null],
  ['type: [array, null]', 'codes', null],
  ['properties', 'customer.class', 'private'],
  ['default', 'lines.0.tax', 0],
  ['default', 'step', 'echo'],
  ['default', 'labels', {}],
  ['additionalProperties: a schema', 'labels', { one: '', two: faces(10) }],
  ['additionalProperties: true', 'extra', { a: [null, { b: false }], '': 1.5, é: '😀', constructor: 1 }],
  ['items', 'steps', [[], [1, -2.5]]],
  ['minItems', 'lines', [line]],
  ['maxItems', 'lines', [line, line, line]],
  ['minimum', 'lines.0.quantity', 1],
  ['maximum', 'lines.0.quantity', 1000],
  ['minimum', 'discount', 0],
  ['exclusiveMinimum', 'lines.0.price', 1e-6],
  ['exclusiveMaximum', 'lines.0.price', 9999.999],
  ['minLength', 'lines.0.note', faces(2)],
  ['maxLength', 'lines.0.note', faces(12)],
  ['pattern', 'lines.0.sku', 'ZZ-000'],
  ['format: date', 'due', '2024-02-29'],
  ['format: date-time', 'ordered_at', '2026-01-31T12:00:00.5+01:00'],
  ['format: uuid', 'customer.id', '123e4567-e89b-12d3-a456-426614174000'],
  ['format: email', 'customer.email', 'a.b+c@sub.example.org'],
  ['format: uri', 'customer.site', 'https://example.org/a?b=c#d'],
  ['enum', 'stars', 3],
  ['enum with null', 'stars', null],
  ['const', 'version', 1],
  ['oneOf', 'payment', { ...transfer, urgent: true }],
  ['oneOf with a default', 'payment', transfer],
];

type Refused = readonly [...Accepted, type: string, place?: string];

/** Values that no order may have, with the problem: its type, and its place if that is not `path`. */
const wrong: readonly Refused[] = [
  ['type: string', 'lines.0.sku', 5, 'string_type'],
  ['type: integer', 'lines.0.quantity', '2', 'int_type'],
  ['type: integer', 'lines.0.quantity', 1.5, 'int_type'],
  ['type: integer', 'lines.0.quantity', true, 'int_type'],
  ['type: integer', 'import', 1e300, 'less_than_equal'],
  ['type: number', 'lines.0.price', '9.5', 'float_type'],
  ['type: number', 'lines.0.price', false, 'float_type'],
  ['type: boolean', 'express', 'true', 'bool_type'],
  ['type: boolean', 'express', 1, 'bool_type'],
  ['type: null', 'nothing', 0, 'none_type'],
  ['type: array', 'lines', { 0: line }, 'list_type'],
  ['type: object', 'customer', [], 'dict_type'],
  ['type: object', 'labels', 'web', 'dict_type'],
  ['type: [boolean, null]', 'gift', 'null', 'bool_type'],
  ['type: [integer, null]', 'discount', '5', 'int_type'],
  ['type: [array, null]', 'codes', '', 'list_type'],
  ['absent is not null', 'express', null, 'bool_type'],
  ['absent is not null', 'due', null, 'string_type'],
  ['absent is not null', 'version', null, 'enum'],
  ['required', 'lines', undefined, 'missing'],
  ['required', 'lines.0.price', undefined, 'missing'],
  ['additionalProperties: false', 'surprise', 1, 'extra_forbidden'],
  ['additionalProperties: false', 'lines.0.Sku', 'AB-123', 'extra_forbidden'],
  ['additionalProperties: a schema', 'labels', { good: 'x', bad: 5 }, 'string_type', 'labels.bad'],
  ['additionalProperties: a schema', 'labels', { long: faces(11) }, 'too_long', 'labels.long'],
  ['additionalProperties: true', 'extra', [], 'dict_type'],
  ['items', 'steps', [[1], [1, '2']], 'float_type', 'steps.1.1'],
  ['items', 'codes', ['a', ''], 'too_short', 'codes.1'],
  ['minItems', 'lines', [], 'too_short'],
  ['maxItems', 'lines', [line, line, line, line], 'too_long'],
  ['maxItems', 'steps', [[1, 2, 3]], 'too_long', 'steps.0'],
  ['minimum', 'lines.0.quantity', 0, 'greater_than_equal'],
  ['maximum', 'lines.0.quantity', 1001, 'less_than_equal'],
  ['minimum', 'discount', -1, 'greater_than_equal'],
  ['exclusiveMinimum', 'lines.0.price', 0, 'greater_than'],
  ['exclusiveMaximum', 'lines.0.price', 10_000, 'less_than'],
  ['minLength', 'lines.0.note', '😀', 'too_short'],
  ['maxLength', 'lines.0.note', faces(13), 'too_long'],
  ['pattern', 'lines.0.sku', 'ab-123', 'pattern'],
  ['pattern', 'lines.0.sku', 'AB-123\n', 'pattern'],
  ['pattern', 'lines.0.sku', 'AB-١٢٣', 'pattern'],
  ['format: date', 'due', '2026-02-29', 'format'],
  ['format: date-time', 'ordered_at', '2026-01-31T12:00:00', 'format'],
  ['format: uuid', 'customer.id', '123e4567e89b12d3a456426614174000', 'format'],
  ['format: email', 'customer.email', 'ann', 'format'],
  ['format: uri', 'customer.site', 'example.org', 'format'],
  ['enum', 'customer.class', 'Private', 'enum'],
  ['enum', 'stars', '1', 'enum'],
  ['enum', 'stars', 4, 'enum'],
  ['$ref', 'step', 'other', 'enum'],
  ['const', 'version', 2, 'enum'],
  ['const', 'version', true, 'enum'],
  ['oneOf', 'payment', 'card', 'dict_type'],
  ['discriminator', 'payment', { number: '4111111111111111' }, 'missing', 'payment.kind'],
  ['discriminator', 'payment', { kind: 'cash' }, 'enum', 'payment.kind'],
  ['discriminator', 'payment', { kind: ['card'] }, 'enum', 'payment.kind'],
  ['oneOf', 'payment', { kind: 'transfer' }, 'missing', 'payment.iban'],
  ['oneOf', 'payment', { kind: 'card', number: '4111111111111111', iban: 'DE02' }, 'extra_forbidden', 'payment.iban'],
  ['oneOf', 'payment', { ...transfer, urgent: 'yes' }, 'bool_type', 'payment.urgent'],
];

/** Values that no order may have, with the problem: `place type`. */
export const refused = wrong.map(
  ([keyword, path, value, type, place = path]) => [keyword, path, value, `${place} ${type}`] as const,
);

/** An order with several problems, and all of them in the order of the answer. */
export const manyProblems = {
  order: {
    lines: [line, { sku: 'x', quantity: 0, tax: null }],
    customer: { email: 'ann', id: 5 },
    stars: '1',
    über: 1,
    Z: 1,
  },
  problems: [
    ['Z', 'extra_forbidden'],
    ['customer.email', 'format'],
    ['customer.id', 'string_type'],
    ['lines.1.price', 'missing'],
    ['lines.1.quantity', 'greater_than_equal'],
    ['lines.1.sku', 'pattern'],
    ['lines.1.tax', 'float_type'],
    ['payment', 'missing'],
    ['stars', 'enum'],
    ['über', 'extra_forbidden'],
  ],
} as const;

/** What is stored for an order: itself, with the defaults of its type. */
export function completed(given: Order): Order {
  const lines = given.lines as object[];
  const payment = given.payment as { kind: string };
  return {
    ...defaults.input,
    ...given,
    lines: lines.map((line) => ({ ...defaults.line, ...line })),
    payment: payment.kind === 'transfer' ? { urgent: false, ...payment } : payment,
  };
}
