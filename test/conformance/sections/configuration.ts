import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addToBlock, editManifest } from '../host/edit-modules.ts';
import type { Host } from '../host/host.ts';
import { under } from '../wire/caller.ts';
import { expectProblems, expectRefusal } from '../wire/expect-problem.ts';
import { cancel, finish, readJob, submit } from '../wire/module-calls.ts';
import { hostHealth, moduleList } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import { moduleEnv, type World } from '../world.ts';
import { addBrokenModules, brokenEnvironment, describeBrokenModules } from './broken-modules.ts';
import { describeLocalProvider } from './local-provider.ts';

const ofBytes = (bytes: number) => ({ input_data: { text: 'x'.repeat(bytes) } });

/** Section 5: sources of settings and their precedence, on additional hosts with different settings. */
export function describeConfiguration(world: World): void {
  const { subject, neighbour } = world;
  const fromManifest = (modulesDir: string) =>
    editManifest(modulesDir, subject.name, addToBlock('configuration', 'max_input_bytes: 300000'));

  describe('a host with default settings, broken modules and a setting in a manifest', () => {
    let host: Host;
    beforeAll(async () => {
      const edit = (modulesDir: string) => {
        fromManifest(modulesDir);
        addBrokenModules(world, modulesDir);
      };
      const env = { ...brokenEnvironment, ...moduleEnv(subject, { provider: 'local' }), TEST_ENDPOINTS: '' };
      host = await world.launch({ edit, ownSecret: true, env });
    });
    afterAll(() => host?.dispose());

    it('the manifest overrides the default, for its own module only', async () => {
      const caller = world.person(undefined, host);
      expectProblems(await caller.post(under(subject, '/process'), ofBytes(310_000)), 'too_long at body.input_data');
      expect((await caller.post(under(subject, '/process'), ofBytes(290_000))).status).toBe(202);
      expect((await caller.post(under(neighbour, '/process'), ofBytes(600_000))).status).toBe(202);
    });

    it('generates a secret that only its own user can read', async () => {
      const file = join(host.dataDir, 'jwt-secret');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(host.secret.length).toBeGreaterThanOrEqual(32);
      expect((await world.person(undefined, host).get(under(subject, '/list'))).status).toBe(200);
    });

    it('has no test endpoints by default', async () => {
      expectRefusal(await world.admin(host).get('/api/v1/test/events'), 404, 'not_found');
    });

    describe('local provider', () => describeLocalProvider(world, () => host));
    describe('broken modules', () => describeBrokenModules(world, () => host));
  });

  describe('a host with environment settings and a disabled module', () => {
    let host: Host;
    beforeAll(async () => {
      const settings = {
        max_input_bytes: '400000',
        retry_delay_seconds: '30',
        retry_attempts: '1',
      };
      const env = { ...world.subjectEnv(settings), DISABLED_MODULES: neighbour.name };
      host = await world.launch({ edit: fromManifest, env });
    });
    afterAll(() => host?.dispose());

    it('the environment overrides the manifest', async () => {
      const caller = world.person(undefined, host);
      expect((await caller.post(under(subject, '/process'), ofBytes(350_000))).status).toBe(202);
      expectProblems(await caller.post(under(subject, '/process'), ofBytes(400_000)), 'too_long at body.input_data');
    });

    it('a job that waits for its next attempt is pending, keeps its attempt count, and can be cancelled', async () => {
      const caller = world.person(undefined, host);
      const script = world.fake.script(503);
      const { job_id } = await submit(caller, subject, { text: script.text });
      const waiting = await waitUntil('the next attempt to be due', async () => {
        const now = await readJob(caller, subject, job_id);
        return now.attempt === 1 && now.status === 'pending' && now;
      });
      expect(waiting).toMatchObject({ completed_at: null, failed_at: null, result_id: null });
      expectRefusal(await caller.get(under(subject, `/result/${job_id}`)), 409, 'result_not_ready');
      expect((await cancel(caller, subject, job_id)).status).toBe(204);
      expect((await readJob(caller, subject, job_id)).status).toBe('cancelled');
      expect(script.arrivals.length).toBe(1);
    });

    it('a disabled module is listed as disabled, not as an error, and returns 503', async () => {
      const caller = world.admin(host);
      const { modules, errors } = moduleList.parse((await caller.get('/api/v1/modules/list')).json);
      expect(modules.find(({ name }) => name === neighbour.name)?.status).toBe('disabled');
      expect(errors).toEqual({});
      expect(hostHealth.parse((await caller.get('/health')).json).modules[neighbour.name]).toBe('disabled');
      expectRefusal(await caller.get(under(neighbour, '/list')), 503, 'module_unavailable');
      expectRefusal(await caller.raw(under(neighbour, '/process'), '{'), 503, 'module_unavailable');
      expectRefusal(await caller.send({ method: 'OPTIONS', path: under(neighbour, '/x') }), 503, 'module_unavailable');
      expectRefusal(await caller.send({ method: 'TRACE', path: under(neighbour, '/x') }), 404, 'not_found');
      expect((await caller.get(under(neighbour, '/health'))).status).toBe(503);
    });

    it('the other module works', async () => {
      const caller = world.person(undefined, host);
      const { job_id } = await submit(caller, subject, { test: 'data' });
      expect((await finish(caller, subject, job_id)).status).toBe('completed');
    });
  });

  describe('in production', () => {
    const production = { NODE_ENV: 'production', APP_ENV: 'production', ...moduleEnv(subject, { provider: 'local' }) };

    it('does not start without a secret', async () => {
      await expect(world.launch({ ownSecret: true, env: { ...production, TEST_ENDPOINTS: '' } })).rejects.toThrow(
        /JWT_SECRET/,
      );
    });

    it('does not serve test endpoints', async () => {
      const host = await world.launch({ env: production }).catch((error: Error) => error.message);
      if (typeof host === 'string') return void expect(host).toMatch(/TEST_ENDPOINTS/);
      const answer = await world.admin(host).get('/api/v1/test/events');
      await host.dispose();
      expectRefusal(answer, 404, 'not_found');
    });
  });
}
