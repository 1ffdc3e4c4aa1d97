import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { loadEnvFile } from '../src/env-file.ts';
import { createHost } from '../src/host.ts';
import { jwtSecret } from '../src/http/jwt-secret.ts';
import { BaseConfig } from '../src/modules/base-config.ts';
import { configSchema, readModuleConfig, valuesOf } from '../src/modules/read-config.ts';
import { parseEnv, readSettings } from '../src/settings.ts';
import { sampleModules } from './sample-host.ts';

const url = 'postgresql://localhost/x';

describe('settings', () => {
  it('have defaults', () => {
    expect(readSettings({ AI_ROLE: '' })).toMatchObject({ role: 'all', dataDir: '.data', environment: 'development' });
  });

  it('are read without prefix only on request, and the prefixed variable wins', () => {
    const env = { AI_DATA_DIR: 'a', DATA_DIR: 'b', LOG_LEVEL: 'warn' };
    expect(readSettings(env)).toMatchObject({ dataDir: 'a', logLevel: 'info' });
    expect(readSettings(env, { withoutPrefix: true })).toMatchObject({ dataDir: 'a', logLevel: 'warn' });
  });

  it.each([
    [{ AI_ROLE: 'boss' }, /^AI_ROLE: /],
    [{ ROLE: 'boss' }, /^ROLE: /],
    [{ AI_JOB_LEASE_SECONDS: 'x', AI_WORKER_CONCURRENCY: '0' }, /^AI_WORKER_CONCURRENCY: .*; AI_JOB_LEASE_SECONDS: /],
    [{ AI_DATABASE_SCHEMA: 'a"b' }, 'AI_DATABASE_SCHEMA: must match [a-z_][a-z0-9_]{0,50}'],
    [{ DATABASE_URL: 'postgresql://a:p#s@h/d' }, 'DATABASE_URL: is not a valid URL: escape the password'],
    [{ DATABASE_URL: 'postgresql://a:p/s@h/d' }, 'DATABASE_URL: is not a valid URL: escape the password'],
    [{ DIRECT_DATABASE_URL: 'postgresql://h/d' }, 'DIRECT_DATABASE_URL needs AI_DATABASE_URL'],
    [{ NODE_ENV: 'Production' }, 'NODE_ENV: unknown environment "Production", use development, test, production'],
    [{ APP_ENV: 'staging' }, 'APP_ENV: unknown environment "staging", use development, test, production'],
  ])('refuse %j', (env, message) => {
    expect(() => readSettings(env, { withoutPrefix: true })).toThrow(message);
  });

  it.each([
    [{}, 'development'],
    [{ NODE_ENV: 'test' }, 'test'],
    [{ NODE_ENV: undefined, APP_ENV: 'test' }, 'test'],
    [{ APP_ENV: 'production', NODE_ENV: 'test' }, 'production'],
  ])('name the environment of %j', (env, environment) => {
    expect(readSettings(env)).toMatchObject({ environment });
  });

  it('of an application are read the same way', () => {
    const schema = z.object({ PORT: z.coerce.number().int().default(8000) });
    expect(parseEnv(schema, { PORT: '' })).toEqual({ PORT: 8000 });
    expect(() => parseEnv(schema, { PORT: 'x' })).toThrow(/^PORT: /);
  });
});

describe('production', () => {
  const production = { NODE_ENV: 'production' };

  it.each([
    ['no secret', {}, 'AI_JWT_SECRET is required in production'],
    ['a short secret', { AI_JWT_SECRET: 'x'.repeat(31) }, /AI_JWT_SECRET is too short/],
    ['a blank secret', { AI_JWT_SECRET: ' '.repeat(40) }, /AI_JWT_SECRET is too short/],
  ])('refuses %s', (_, env, message) => {
    expect(() => jwtSecret(readSettings({ ...production, ...env }))).toThrow(message);
  });

  it('refuses test endpoints and the embedded database', async () => {
    const settings = readSettings({ ...production, AI_TEST_ENDPOINTS: '1' });
    const start = createHost({ settings, modules: sampleModules, authenticate: () => null });
    await expect(start).rejects.toThrow(/AI_TEST_ENDPOINTS is refused.*AI_DATABASE_URL is required/);
  });

  it('accepts a database and a secret of 32 bytes', () => {
    const secret = 'x'.repeat(32);
    expect(jwtSecret(readSettings({ ...production, AI_DATABASE_URL: url, AI_JWT_SECRET: secret }))).toBe(secret);
  });
});

describe('the .env file', () => {
  it('may start with a byte order mark, and does not replace variables', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-file-'));
    const file = join(folder, '.env');
    writeFileSync(file, '\uFEFFFIRST_OF_ENV_FILE=one\nPATH=nowhere\n');
    loadEnvFile(file);
    expect(process.env.FIRST_OF_ENV_FILE).toBe('one');
    expect(process.env.PATH).not.toBe('nowhere');
    delete process.env.FIRST_OF_ENV_FILE;
    rmSync(folder, { recursive: true });
    loadEnvFile(file);
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

  it('is described by a JSON Schema with the keys of the manifest and no others', () => {
    const schema = configSchema(Config, block);
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(schema.properties?.top_k).toMatchObject({ type: 'integer', maximum: 50, description: 'How many' });
    expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining(Object.keys(valuesOf(block))));
    expect(schema.additionalProperties).toBe(false);
  });
});

it.each(['mysql://localhost/ai', 'localhost', 'http://localhost'])('refuses %s as a database', (url) => {
  expect(() => readSettings({ AI_DATABASE_URL: url })).toThrow(/^AI_DATABASE_URL: must begin with postgresql:/);
});
