import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addToBlock, cloneModule, editManifest } from '../host/edit-modules.ts';
import type { Environment, Host } from '../host/host.ts';
import { may } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { finish, submit } from '../wire/module-calls.ts';
import { health, hostHealth, moduleList } from '../wire/shapes.ts';
import type { World } from '../world.ts';

type Break = (modulesDir: string, name: string) => void;

const manifest =
  (edit: (text: string) => string): Break =>
  (modulesDir, name) =>
    editManifest(modulesDir, name, edit);

const configuration = (entry: string): Break => manifest(addToBlock('configuration', entry));
const dependency = (name: string): Break => manifest(addToBlock('dependencies', `- "module:${name}"`));

/** Overwrites every code file of a module with invalid code, except migrations and tests. */
const breakCode: Break = (modulesDir, name) => {
  for (const file of readdirSync(join(modulesDir, name))) {
    if (/\.(ts|py)$/.test(file)) writeFileSync(join(modulesDir, name, file), 'this is ( no code\n');
  }
};

const broken: ReadonlyArray<readonly [name: string, code: string, how: Break]> = [
  ['bad_yaml', 'manifest_invalid', manifest(() => 'name: [unclosed\n  - {')],
  ['bad_empty', 'manifest_invalid', manifest(() => '')],
  ['bad_list', 'manifest_invalid', manifest(() => '- name\n- version\n')],
  ['bad_no_version', 'manifest_invalid', manifest((text) => text.replace(/^version:.*\n/m, ''))],
  ['bad_permission', 'manifest_invalid', manifest(addToBlock('permissions_required', '- "no colon here"'))],
  ['bad_folder', 'name_mismatch', manifest((text) => text.replace(/^name:.*$/m, 'name: another_name'))],
  ['bad_code', 'import_failed', breakCode],
  ['bad_key', 'config_invalid', configuration('no_such_key: 1')],
  ['bad_type', 'config_invalid', configuration('timeout_seconds: "soon"')],
  ['bad_timeout', 'config_invalid', configuration('timeout_seconds: 0')],
  ['bad_long', 'config_invalid', configuration('timeout_seconds: 3601')],
  ['bad_retry', 'config_invalid', configuration('retry_attempts: 11')],
  ['bad_fraction', 'config_invalid', configuration('retry_attempts: 1.5')],
  ['bad_delay', 'config_invalid', configuration('retry_delay_seconds: -1')],
  ['bad_days', 'config_invalid', configuration('retention_days: 0')],
  ['bad_provider', 'config_invalid', configuration('provider: "oracle"')],
  ['bad_env', 'config_invalid', () => {}],
  ['bad_range', 'config_invalid', () => {}],
  ['bad_absent', 'dependency_missing', dependency('no_such_module')],
  ['bad_behind', 'dependency_missing', dependency('bad_code')],
  ['bad_ring_a', 'dependency_cycle', dependency('bad_ring_b')],
  ['bad_ring_b', 'dependency_cycle', dependency('bad_ring_a')],
  ['bad_self', 'dependency_cycle', dependency('bad_self')],
];
const withoutEntry = new Set(['manifest_invalid', 'name_mismatch']);

/** A valid module that depends on an existing one. */
const sound = 'sound_module';

/** Adds all broken modules to a host, beside the valid ones. */
export function addBrokenModules(world: World, modulesDir: string): void {
  for (const [name, , how] of broken) {
    cloneModule(modulesDir, name === 'bad_range' ? world.subject : world.neighbour, name);
    how(modulesDir, name);
  }
  cloneModule(modulesDir, world.neighbour, sound);
  dependency(world.subject.name)(modulesDir, sound);
  mkdirSync(join(modulesDir, 'empty_folder'));
  writeFileSync(join(modulesDir, 'stray-file.txt'), 'not a module\n');
}

export const brokenEnvironment: Environment = {
  BAD_ENV_TIMEOUT_SECONDS: 'soon',
  BAD_RANGE_MIN_SCORE: '2',
};

/** Section 5: a broken module is listed with an error code, and does not affect the others. */
export function describeBrokenModules(world: World, host: () => Host): void {
  const read = async () => moduleList.parse((await world.stranger(undefined, host()).get('/api/v1/modules/list')).json);

  it.each(broken)('%s: %s', async (name, code) => {
    const { modules, errors } = await read();
    expect(errors[name]).toBe(code);
    const entry = modules.find((module) => module.name === name);
    if (entry !== undefined || !withoutEntry.has(code)) expect(entry?.status).toBe('failed');
  });

  it('lists no other module as broken', async () => {
    const { errors } = await read();
    expect(Object.keys(errors).sort()).toEqual(broken.map(([name]) => name).sort());
  });

  it('keeps the other modules and the host working', async () => {
    const third = { ...world.neighbour, name: sound, namespace: sound };
    const permissions = [world.subject, world.neighbour, third].flatMap((module) => may(module, 'create', 'read'));
    const caller = world.person({ permissions }, host());
    for (const module of [world.subject, world.neighbour, third]) {
      const { job_id } = await submit(caller, module, { test: 'data' });
      expect((await finish(caller, module, job_id)).status).toBe('completed');
    }
    const answer = await caller.get('/health');
    expect(answer.status).toBe(200);
    const names = [world.subject.name, world.neighbour.name, sound];
    const states = Object.entries(hostHealth.parse(answer.json).modules);
    expect(
      states
        .filter(([, state]) => state === 'ready')
        .map(([name]) => name)
        .sort(),
    ).toEqual(names.sort());
    expect((await caller.get('/openapi.json')).status).toBe(200);
  });

  describe.each(['bad_code', 'bad_env', 'bad_absent'])('requests to %s', (name) => {
    const base = `/api/v1/modules/${name}`;

    it('503 module_unavailable for every request', async () => {
      const caller = world.admin(host());
      expectRefusal(await caller.post(`${base}/process`, { input_data: { a: 1 } }), 503, 'module_unavailable');
      expectRefusal(await caller.post(`${base}/process`, {}), 503, 'module_unavailable');
      for (const path of ['/list', '/status/not-a-uuid', '/anything', '/a/b/c']) {
        expectRefusal(await caller.get(`${base}${path}`), 503, 'module_unavailable');
      }
    });

    it('its health is 503 unhealthy', async () => {
      const answer = await world.stranger(undefined, host()).get(`${base}/health`);
      expect(answer.status).toBe(503);
      const { status, dependencies_ok, metrics } = health.parse(answer.json);
      expect({ status, dependencies_ok, metrics }).toEqual({
        status: 'unhealthy',
        dependencies_ok: false,
        metrics: {},
      });
    });
  });
}
