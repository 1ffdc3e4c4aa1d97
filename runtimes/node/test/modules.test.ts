import { afterAll, describe, expect, it } from 'vitest';
import { createHost } from '../src/host.ts';
import { startOrder } from '../src/modules/start-order.ts';
import { readSettings } from '../src/settings.ts';
import { createHostDatabase } from '../src/testing/test-database.ts';
import { brokenModules } from './sample-host.ts';

const database = await createHostDatabase();
const env = { AI_LOG_LEVEL: 'silent', AI_DISABLED_MODULES: 'switched_off' };
const { app, services } = await createHost({
  modules: brokenModules,
  settings: readSettings(env),
  authenticate: () => null,
  database: { url: database.url },
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const get = async (url: string) => {
  const answer = await app.inject({ url });
  return { status: answer.statusCode, body: answer.json() };
};

describe('broken modules', () => {
  it('are listed with what is wrong, and hurt nobody else', async () => {
    const { body } = await get('/api/v1/modules/list');
    expect(body.errors).toEqual({
      bad_permission: 'manifest_invalid',
      bad_reference: 'manifest_invalid',
      bad_sql: 'migration_failed',
      bad_type: 'manifest_invalid',
      behind_broken: 'dependency_missing',
      missing_neighbour: 'dependency_missing',
      no_code: 'import_failed',
      no_manifest: 'manifest_invalid',
      not_ready: 'initialize_failed',
      ring_one: 'dependency_cycle',
      ring_two: 'dependency_cycle',
      throws_at_import: 'import_failed',
      throwing_routes: 'endpoints_invalid',
      undeclared_endpoint: 'endpoints_invalid',
      unknown_setting: 'config_invalid',
      unserved_endpoint: 'endpoints_invalid',
      wrong_folder: 'name_mismatch',
    });
    expect((await get('/health')).body.modules).toMatchObject({ fine: 'ready', switched_off: 'disabled' });
  });

  it('answer 503, whatever they are asked', async () => {
    for (const path of ['/no_code/process', '/switched_off/list', '/not_ready/a/b/c']) {
      expect(await get(`/api/v1/modules${path}`)).toEqual({ status: 503, body: { detail: 'module_unavailable' } });
    }
    expect(await get('/api/v1/modules/no_code/health')).toMatchObject({ status: 503, body: { status: 'unhealthy' } });
    expect(await get('/api/v1/modules/nobody/health')).toMatchObject({ status: 404 });
    expect(await get('/api/v1/modules/nobody/list')).toEqual({ status: 404, body: { detail: 'not_found' } });
  });
});

describe('a host with one of the modules', () => {
  it('keeps the registrations of the others', async () => {
    const limits = { max_concurrent_jobs: 1, max_attempts: 1, lifecycle_events: {}, subscriptions: ['user.deleted'] };
    await services.database.store.registerModules([{ name: 'elsewhere', ...limits }], ['elsewhere']);
    const other = await createHost({
      modules: { ...brokenModules, only: 'fine' },
      settings: readSettings(env),
      authenticate: () => null,
      database: { url: database.url },
    });
    await other.app.close();
    const { rows } = await services.database.pool.query(
      'select name, event from modules left join subscriptions on module = name order by name',
    );
    expect(rows).toContainEqual({ name: 'elsewhere', event: 'user.deleted' });
    expect(rows.map(({ name }) => name)).toContain('fine');
  });
});

describe('the start order', () => {
  it('puts every module after those it requires, and leaves rings out', () => {
    const requires = { a: ['c'], b: ['a', 'unknown'], c: [], d: ['e'], e: ['d'], f: ['d'] };
    const modules = Object.entries(requires).map(([name, names]) => ({ name, requires: names }));
    const { order, cyclic } = startOrder(modules);
    expect(order).toEqual(['c', 'a', 'b', 'f']);
    expect([...cyclic]).toEqual(['d', 'e']);
  });
});
