import { expect, it } from 'vitest';
import { fitsType, isEnvKey, type Scalar, settingOf, typeOf } from '../../../src/core/manifest/configuration.ts';
import type { ConfigurationValue } from '../../../src/core/manifest/schema.ts';

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
  ['to_string', 'x', { key: 'to_string', type: 'string', default: 'x' }],
];
it.each(settings)('%s: %j', (key, value, want) => expect(settingOf(key, value)).toMatchObject(want));

it('recognises keys of environment variables by the suffix _env', () => {
  expect([isEnvKey('api_key_env'), isEnvKey('environment'), isEnvKey('env')]).toEqual([true, false, false]);
});
