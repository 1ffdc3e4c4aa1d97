import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { BaseConfig } from '../src/modules/base-config.ts';
import { configSchema, readModuleConfig } from '../src/modules/read-config.ts';

// The tests of the Python runtime have the same cases.
const Config = BaseConfig.extend({
  tags: z.array(z.string()),
  sizes: z.array(z.int()).optional(),
  weights: z.array(z.number()),
  flags: z.array(z.boolean()).optional(),
  top_k: z.int().optional(),
});
const block = {
  tags: ['a', 'b'],
  sizes: { type: 'array', items: { type: 'integer' as const }, minItems: 1, maxItems: 2, description: 'In pixels' },
  weights: [1, 0.5],
  flags: { type: 'array', items: { type: 'boolean' as const } },
  top_k: { type: 'integer', minimum: 1 },
};
const read = (env: Record<string, string> = {}) =>
  readModuleConfig(
    Config,
    'my',
    block,
    Object.fromEntries(Object.entries(env).map(([key, text]) => [`MY_${key.toUpperCase()}`, text])),
  );

describe('a list in the configuration', () => {
  it('has the default of the manifest', () => {
    expect(read()).toMatchObject({ tags: ['a', 'b'], weights: [1, 0.5] });
    expect(read().sizes).toBeUndefined();
  });

  it.each([
    [{ tags: '["x", "5"]' }, { tags: ['x', '5'] }],
    [{ tags: '[]' }, { tags: [] }],
    [{ tags: '' }, { tags: ['a', 'b'] }],
    [{ sizes: '[1, 2.0]' }, { sizes: [1, 2] }],
    [{ weights: '[1, 1e3]' }, { weights: [1, 1000] }],
    [{ flags: ' [true]' }, { flags: [true] }],
  ])('is JSON in the environment: %j', (env, values) => {
    expect(read(env)).toMatchObject(values);
  });

  it.each([
    [{ tags: 'a,b' }, 'tags: must be a list'],
    [{ tags: '"a"' }, 'tags: must be a list'],
    [{ tags: '["a", 5, null]' }, 'tags.1: must be a string; tags.2: must be a string'],
    [{ sizes: '["1"]' }, 'sizes.0: must be an integer'],
    [{ sizes: '[1.5, true]' }, 'sizes.0: must be an integer; sizes.1: must be an integer'],
    [{ sizes: '[]' }, 'sizes: must have at least 1 item'],
    [{ sizes: '[1, 2, 3]' }, 'sizes: must have at most 2 items'],
    [{ sizes: '[9007199254740993]' }, 'sizes.0: must be at most 9007199254740991'],
    [{ weights: '[NaN]' }, 'weights: must be a list'],
    [{ weights: '[1e999]' }, 'weights.0: must be a number'],
    [{ flags: '[1, "true"]' }, 'flags.0: must be true or false; flags.1: must be true or false'],
    [{ tags: '[1]', flags: '{}' }, 'tags.0: must be a string; flags: must be a list'],
  ])('of the wrong type is refused: %j', (env, message) => {
    expect(() => read(env)).toThrow(new Error(message));
  });

  it('is described by the manifest in the schema', () => {
    const { properties, required } = configSchema(Config, block);
    const own = ['tags', 'sizes', 'weights', 'flags', 'top_k'].map((key) => [key, properties?.[key]]);
    expect(Object.fromEntries(own)).toEqual({
      tags: { type: 'array', items: { type: 'string' }, default: ['a', 'b'] },
      sizes: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2, description: 'In pixels' },
      weights: { type: 'array', items: { type: 'number' }, default: [1, 0.5] },
      flags: { type: 'array', items: { type: 'boolean' } },
      top_k: { type: 'integer', minimum: 1 },
    });
    expect(required).toBeUndefined();
  });
});
