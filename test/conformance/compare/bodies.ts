import fc from 'fast-check';
import { oneOf, words } from './draw.ts';
import { scripts } from './hosts.ts';

/** Texts of inputs: some have a meaning for the provider. */
export const text = fc.oneof(
  oneOf(...Object.values(scripts)),
  oneOf('a b a', '', 'Grüße aus Köln', '\u{1f600} ok', 'x'.repeat(300), 'x'.repeat(600), 'x'.repeat(2_100)),
  fc.string({ maxLength: 20 }),
);
const key = oneOf('text', 'a', '', '__proto__', 'constructor', 'toString', 'length', 'é', '0', 'a.b', '$ref');
/** Texts of JSON values, and some that are not JSON. */
export const json = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text.map((each) => JSON.stringify(each)),
    oneOf(
      ...['null', 'true', 'false', '0', '-0', '-0.0', '1.0', '1.5', '5', '1e2', '1E400', '-1e400', '1e-400', '1e300'],
      ...['9007199254740991', '9007199254740992', '-9007199254740992', '9007199254740992.0', '9'.repeat(400)],
      ...['0.1', '01', '.5', '+1', 'NaN', 'Infinity', 'nul', "'a'", '"a', '"\\u0000"', '"\\ud800"', '"\\ude00\\ud83d"'],
      ...words('"\\ud83d\\ude00" "\t" "\\x41" "\u2028" [] {} [1,] {"a":1,} \ufeff1'),
      '{"a":1 "b":2}',
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 3 })
    .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
}));

const validInput = fc.oneof(
  text.map((each) => JSON.stringify({ text: each })),
  json.object,
);
const field = fc.oneof(
  { weight: 6, arbitrary: validInput.map((value) => `"input_data":${value}`) },
  { weight: 1, arbitrary: json.value.map((value) => `"input_data":${value}`) },
  { weight: 2, arbitrary: json.value.map((value) => `"options":${value}`) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(oneOf('1', '10', '0', '11', '5.0', '5.5', '1e1', '"5"', 'true', 'null'), json.value)
      .map((value) => `"priority":${value}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(key, json.value).map(([name, value]) => `${JSON.stringify(name)}:${value}`),
  },
);
const nested = (open: string, close: string, depth: number): string =>
  `{"input_data":{"a":${open.repeat(depth)}1${close.repeat(depth)}}}`;
/** Bodies of a process request, most of them with something wrong. */
export const body: fc.Arbitrary<string | Buffer | undefined> = fc.oneof(
  { weight: 5, arbitrary: validInput.map((value) => `{"input_data":${value}}`) },
  { weight: 5, arbitrary: fc.array(field, { maxLength: 4 }).map((fields) => `{${fields.join(',')}}`) },
  { weight: 1, arbitrary: json.value },
  {
    weight: 2,
    arbitrary: oneOf<string | Buffer | undefined>(
      ...[
        undefined,
        '',
        ' ',
        '\n',
        '{',
        '{}',
        '[]',
        'null',
        'text',
        'a=b',
        '{"input_data":{"a":1}}{}',
        '{"input_data":{"a":1}',
      ],
      ...[97, 98, 99, 100, 400, 401, 1_000].flatMap((depth) => [nested('[', ']', depth), nested('{"a":', '}', depth)]),
      ...[480, 484, 485, 486, 487, 488, 500, 1_980, 1_984, 1_988].map(
        (size) => `{"input_data":{"t":"${'x'.repeat(size)}"}}`,
      ),
      ...[2 * 1024 * 1024, 2 * 1024 * 1024 + 1].map((size) => `{"input_data":{"t":"${'x'.repeat(size - 25)}"}}`),
      Buffer.from('{"input_data":{"t":"\xff"}}', 'latin1'),
      Buffer.from('\ufeff{"input_data":{"t":1}}', 'utf8'),
      Buffer.from('{"input_data":{"t":1}}', 'utf16le'),
      Buffer.from([0xed, 0xa0, 0x80]),
    ),
  },
);
export const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  {
    weight: 4,
    arbitrary: oneOf<string | undefined>(
      ...words('application/json;charset=latin1 APPLICATION/JSON application/vnd.api+json'),
      'application/json; charset=utf-8',
      ...words('application/jsonx application/x-json text/json text/plain'),
      'application/problem+json; a=b',
      'text/plain; json',
      ...[
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'json',
        '',
        ';',
        'application/',
        undefined,
      ],
    ),
  },
);
/** An event of the host. Not user.deleted, which changes the jobs that later steps look at. */
export const eventField = fc.oneof(
  {
    weight: 4,
    arbitrary: oneOf(
      'a.b',
      'x.y.z',
      'a',
      'A.b',
      'a.b\n',
      '',
      'a..b',
      `a.${'b'.repeat(253)}`,
      `a.${'b'.repeat(254)}`,
    ).map((name) => ['name', JSON.stringify(name)] as const),
  },
  { weight: 4, arbitrary: json.object.map((data) => ['data', data] as const) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(fc.uuid(), oneOf('', 'x', '00000000000040008000000000000000', '{00000000-0000-4000-8000-000000000000}'))
      .map((eventId) => ['event_id', JSON.stringify(eventId)] as const),
  },
  {
    weight: 2,
    arbitrary: oneOf('', 'a', 'a b', 'a\n', '\u{1f600}'.repeat(255), 'x'.repeat(256)).map(
      (each) => ['correlation_id', JSON.stringify(each)] as const,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(oneOf('name', 'data', 'event_id', 'correlation_id', 'more'), json.value),
  },
);
