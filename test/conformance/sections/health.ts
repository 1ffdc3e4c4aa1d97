import { afterEach, describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { health, hostHealth, stats } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

/** Sections 2 and 5: the health of modules and host, for anonymous callers and admins. */
export function describeHealth(world: World): void {
  const { subject, neighbour } = world;
  const path = under(subject, '/health');

  afterEach(() => {
    world.fake.health = 'up';
  });

  const untilStatus = (wanted: string) =>
    waitUntil(`${subject.name} ${wanted}`, async () => {
      const answer = await world.admin().get(path);
      return health.parse(answer.json).status === wanted && answer;
    });

  it.each([subject, neighbour])('$name is healthy, for anonymous callers too', async (module) => {
    for (const caller of [world.stranger(), world.person(), world.stranger('Bearer abc')]) {
      const answer = await caller.get(under(module, '/health'));
      expect(answer.status).toBe(200);
      const { status, dependencies_ok, metrics, last_check } = health.parse(answer.json);
      expect({ status, dependencies_ok, metrics }).toEqual({ status: 'healthy', dependencies_ok: true, metrics: {} });
      expect(Math.abs(Date.now() - Date.parse(last_check))).toBeLessThan(600_000);
    }
  });

  it('shows metrics to admins only: each dependency and the figures of the module', async () => {
    const { metrics } = health.parse((await world.admin().get(path)).json);
    expect(Object.keys(metrics.dependencies as object).sort()).toEqual(['database', 'events', 'provider', 'queue']);
    const { dependencies, event_publish_failures, ...figures } = metrics;
    expect(Object.values(dependencies as object)).toEqual([true, true, true, true]);
    expect(event_publish_failures).toBe(0);
    expect(stats.parse(figures).total_jobs).toBeGreaterThanOrEqual(0);
  });

  it('is degraded with status 200 while its provider returns errors, and healthy again afterwards', async () => {
    world.fake.health = 'error';
    const answer = await untilStatus('degraded');
    expect(answer.status).toBe(200);
    expect(health.parse(answer.json).dependencies_ok).toBe(false);
    expect((await world.stranger().get(under(neighbour, '/health'))).json).toMatchObject({ status: 'healthy' });
    world.fake.health = 'up';
    expect((await untilStatus('healthy')).status).toBe(200);
  });

  it('responds although its provider hangs', async () => {
    world.fake.health = 'hang';
    const answer = await world.stranger().get(path);
    expect({ status: answer.status, health: health.parse(answer.json).status }).toEqual({
      status: 200,
      health: 'degraded',
    });
  });

  it('404 module_not_found for an unknown module', async () => {
    for (const name of ['no_such_module', 'constructor', '__proto__', 'toString', 'x'.repeat(200), "'%20OR%201=1"]) {
      expectRefusal(await world.stranger().get(`/api/v1/modules/${name}/health`), 404, 'module_not_found');
    }
  });

  describe('the host', () => {
    it('GET /health: public, with its mode and every module', async () => {
      const answer = await world.stranger().get('/health');
      expect(answer.status).toBe(200);
      const { modules, mode } = hostHealth.parse(answer.json);
      expect(modules).toEqual({ [subject.name]: 'ready', [neighbour.name]: 'ready' });
      expect(mode).toBe(world.launcher.mode);
    });

    it.each([
      ['/livez', 'live'],
      ['/readyz', 'ready'],
    ])('GET %s: public', async (path, status) => {
      for (const caller of [world.stranger(), world.stranger('Bearer abc')]) {
        const answer = await caller.get(path);
        expect({ status: answer.status, body: answer.json }).toEqual({ status: 200, body: { status } });
      }
    });
  });
}
