import { expect, it } from 'vitest';
import type { ConfigurationValue } from '../../../../src/core/manifest/schema.ts';
import { configurationContext, settingContext } from '../../../../src/core/pack/context/setting-context.ts';

const settings: [key: string, value: ConfigurationValue, want: object][] = [
  ['top_k', 5, { type: 'integer', default: 5, isLong: false, hasDefault: true, isStandard: false, upperKey: 'TOP_K' }],
  ['text', '', { type: 'string', default: '', hasDefault: true }],
  ['is_on', false, { type: 'boolean', default: false, hasDefault: true }],
  ['low', { type: 'integer', minimum: 0 }, { isLong: true, hasDefault: false, hasMinimum: true, hasMaximum: false }],
  ['high', { type: 'number', maximum: 0, default: 0 }, { hasDefault: true, hasMinimum: false, hasMaximum: true }],
  ['token_env', 'TOKEN', { isEnv: true, default: 'TOKEN' }],
  ['timeout_seconds', 5, { type: 'number', isStandard: true, hasMinimum: true, hasMaximum: true, isLong: false }],
  ['to_string', 'x', { isStandard: false }],
];
it.each(settings)('%s: %j', (key, value, want) => {
  expect(settingContext(key, value)).toMatchObject({ key, ...want });
});

it('keeps the form in the manifest', () => {
  expect(configurationContext('top_k', 0)).toEqual({ key: 'top_k', isLong: false, value: 0, lines: [] });
  const long = { type: 'string', enum: ['a', 'b'], default: 'a' } as const;
  expect(configurationContext('mode', { ...long, enum: [...long.enum] })).toEqual({
    key: 'mode',
    isLong: true,
    value: null,
    lines: [
      { name: 'type', isList: false, value: 'string', values: [] },
      { name: 'enum', isList: true, value: null, values: ['a', 'b'] },
      { name: 'default', isList: false, value: 'a', values: [] },
    ],
  });
});
