import { endpointsOf, testHost, valuesOf } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Config } from '../config.ts';
import { permissions } from '../dependencies.ts';
import { emitted } from '../events.ts';

const host = await testHost('text_insights');
const manifest = host.module.getMetadata();

/** The permission that each endpoint asks for. */
const guards = {
  'POST /process': permissions.create,
  'GET /status/{job_id}': permissions.read,
  'GET /list': permissions.read,
  'POST /cancel/{job_id}': permissions.delete,
  'GET /result/{job_id}': permissions.read,
  'GET /admin/stats': permissions.admin,
  'POST /analyse': permissions.create,
};

describe('manifest and code agree', () => {
  it('on endpoints', () => {
    expect(host.endpoints()).toEqual(endpointsOf(manifest));
    expect(Object.keys(guards).sort()).toEqual(endpointsOf(manifest));
  });

  it('on permissions', () => {
    expect(Object.values(permissions).sort()).toEqual([...manifest.permissions_required].sort());
  });

  it.each(Object.entries(guards))('on who may call %s', async (endpoint, permission) => {
    const [method = '', path = ''] = endpoint.split(' ');
    const others = Object.values<string>(permissions).filter((each) => each !== permission);
    expect(await host.stranger().call(method, path)).toMatchObject({ status: 401 });
    expect(await host.user(...others).call(method, path)).toMatchObject({ status: 403 });
    expect((await host.user(permission).call(method, path)).status).not.toBe(403);
  });

  it('on events', () => {
    expect(Object.values(emitted).sort()).toEqual([...manifest.events_emitted].sort());
    const subscribed = host.host.services.bus.subscribedBy(manifest.name);
    expect(subscribed).toEqual([...manifest.events_subscribed].sort());
  });

  it('on the configuration', () => {
    const values = valuesOf(manifest.configuration);
    expect(Object.keys(Config.shape)).toEqual(expect.arrayContaining(Object.keys(manifest.configuration)));
    expect(Config.parse({})).toMatchObject(values);
    expect(z.fromJSONSchema(host.module.getConfigSchema()).safeParse(values).success).toBe(true);
  });
});
