import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readHostConfig } from '#platform/config.ts';
import { BaseConfig } from '#platform/modules/base-config.ts';
import { configSchema, readModuleConfig, valuesOf } from '#platform/modules/read-config.ts';

const DATABASE_URL = 'postgresql://localhost/x';

describe('the environment of the host', () => {
  it('has defaults for everything', () => {
    expect(readHostConfig({ PORT: '' })).toMatchObject({
      PORT: 8000,
      ROLE: 'all',
      mode: 'embedded',
      DATA_DIR: '.data',
    });
  });

  it.each([
    [{ PORT: 'x' }, /PORT/],
    [{ ROLE: 'worker' }, /DATABASE_URL/],
    [{ REDIS_URL: 'redis://localhost' }, /DATABASE_URL/],
    [{ NODE_ENV: 'production' }, /JWT_SECRET/],
    [{ APP_ENV: 'production', JWT_SECRET: 'x', TEST_ENDPOINTS: '1' }, /TEST_ENDPOINTS/],
  ])('refuses %j', (env, message) => {
    expect(() => readHostConfig(env)).toThrow(message);
  });

  it('is distributed with DATABASE_URL', () => {
    expect(readHostConfig({ DATABASE_URL, ROLE: 'web' }).mode).toBe('distributed');
  });
});

describe('the configuration of a module', () => {
  const Config = BaseConfig.extend({
    top_k: z.number().int().min(1).max(50).default(5),
    language: z.string().default('en'),
    strict: z.boolean().default(false),
  });
  const block = { top_k: { type: 'integer', default: 7, minimum: 1, description: 'How many' }, language: 'fr' };
  const read = (env: Record<string, string> = {}, entries: object = block) =>
    readModuleConfig(Config, 'my_module', entries as typeof block, env);

  it('takes defaults, then the manifest, then the environment', () => {
    expect(read()).toMatchObject({ timeout_seconds: 300, top_k: 7, language: 'fr', strict: false });
    const env = { MY_MODULE_TOP_K: '9', MY_MODULE_LANGUAGE: '12', MY_MODULE_STRICT: 'true', OTHER_TOP_K: '1' };
    expect(read(env)).toMatchObject({ top_k: 9, language: '12', strict: true });
    expect(read({ MY_MODULE_RETRY_DELAY_SECONDS: '0.1' }).retry_delay_seconds).toBe(0.1);
  });

  it.each([
    [{ MY_MODULE_TOP_K: 'many' }, {}],
    [{ MY_MODULE_TOP_K: '51' }, {}],
    [{}, { top_k: '7' }],
    [{}, { no_such_key: 1 }],
    [{}, { timeout_seconds: 0 }],
    [{}, { retry_attempts: 1.5 }],
  ])('refuses %j over %j', (env, entries) => {
    expect(() => read(env, entries)).toThrow();
  });

  it('is described by a JSON Schema that the manifest fits', () => {
    const schema = configSchema(Config, block);
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(schema.properties?.top_k).toMatchObject({ type: 'integer', maximum: 50, description: 'How many' });
    const check = z.fromJSONSchema(schema);
    expect(check.safeParse(valuesOf(block)).success).toBe(true);
    expect(check.safeParse({ top_k: 51 }).success).toBe(false);
    expect(check.safeParse({ no_such_key: 1 }).success).toBe(false);
  });
});
