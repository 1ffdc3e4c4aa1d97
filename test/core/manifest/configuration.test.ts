import { expect, it } from 'vitest';
import { fitsType, isEnvKey, type Scalar, settingOf, typeOf } from '../../../src/core/manifest/configuration.ts';
import { semanticChecks } from '../../../src/core/manifest/meaning.ts';
import { type ConfigurationValue, ManifestSchema } from '../../../src/core/manifest/schema.ts';

const types: [value: Scalar, type: string, alsoNumber: boolean][] = [
  ['', 'string', false],
  ['5', 'string', false],
  [true, 'boolean', false],
  [5, 'integer', true],
  [-0, 'integer', true],
  [1.5, 'number', true],
  [2 ** 53, 'number', true],
  [1e300, 'number', true],
];
it.each(types)('%j is of type %s', (value, type, alsoNumber) => {
  expect(typeOf(value)).toBe(type);
  expect(fitsType(value, 'number')).toBe(alsoNumber);
  expect(fitsType(value, 'integer')).toBe(type === 'integer');
});

const settings: [key: string, value: ConfigurationValue, want: object][] = [
  ['top_k', 5, { key: 'top_k', type: 'integer', default: 5 }],
  ['top_k', { type: 'number' }, { key: 'top_k', type: 'number' }],
  ['retry_attempts', 5, { type: 'integer', default: 5, minimum: 0, maximum: 10 }],
  ['timeout_seconds', 5, { type: 'number', default: 5, maximum: 3600 }],
  ['timeout_seconds', 'x', { type: 'string', default: 'x' }],
  ['tags', ['a'], { key: 'tags', type: 'array', items: { type: 'string' }, default: ['a'] }],
  ['tags', [1, 2], { items: { type: 'integer' } }],
  ['tags', [1, 0.5], { items: { type: 'number' } }],
  ['tags', [true], { items: { type: 'boolean' } }],
  ['to_string', 'x', { key: 'to_string', type: 'string', default: 'x' }],
];
it.each(settings)('%s: %j', (key, value, want) => expect(settingOf(key, value)).toMatchObject(want));

it.each([[[]], [['a', 1]], [[true, 0]]])('%j does not tell the type of its items', (list) => {
  expect(settingOf('tags', list)).toEqual({ key: 'tags', type: 'array', default: list });
});

it.each<[value: ConfigurationValue, message: string]>([
  [['a', 1], 'has items of different types'],
  [[], 'does not tell the type of its items'],
  [{ type: 'array' }, 'does not tell the type of its items'],
  [{ type: 'array', items: { type: 'integer' }, default: [1, 'x'] }, 'has the item "x", which is not of type integer'],
  [{ type: 'array', items: { type: 'string' }, default: 'x' }, 'has the value "x", which is not of type array'],
  [{ type: 'string', default: ['x'] }, 'has the value ["x"], which is not of type string'],
  [{ type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 1 }, 'has minItems above its maxItems'],
  [
    { type: 'array', items: { type: 'string' }, minItems: 2, default: ['a'] },
    'has 1 item by default: at least 2 are required',
  ],
  [
    { type: 'array', items: { type: 'string' }, maxItems: 1, default: ['a', 'b'] },
    'has 2 items by default: at most 1 is allowed',
  ],
  [{ type: 'array', items: { type: 'string' }, enum: ['a'] }, 'has an enum, but its type is array'],
  [{ type: 'array', items: { type: 'string' }, secret: true }, 'is a secret list, but a secret is one value'],
  [{ type: 'array', items: { type: 'string' }, minimum: 1 }, 'has a minimum or maximum, but its type is array'],
  [{ type: 'string', items: { type: 'string' } }, 'has items, but its type is string'],
  [{ type: 'string', maxItems: 1 }, 'has maxItems, but its type is string'],
])('the list %j is refused', (tags, message) => {
  const manifest = ManifestSchema.parse({ ...required, configuration: { tags } });
  expect(semanticChecks.configuration(manifest).map((problem) => problem.message)).toEqual([
    `configuration.tags ${message}`,
  ]);
});

const required = {
  name: 'ocr',
  version: '1.0.0',
  description: 'Reads.',
  author: 'Ada',
  class_name: 'OcrModule',
};

it('recognises keys of environment variables by the suffix _env', () => {
  expect([isEnvKey('api_key_env'), isEnvKey('environment'), isEnvKey('env')]).toEqual([true, false, false]);
});
