import { describe, expect, it } from 'vitest';
import type { ModuleFacts } from '../host/host.ts';
import { may, under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { finish, list, submit } from '../wire/module-calls.ts';
import { moduleList } from '../wire/shapes.ts';
import type { World } from '../world.ts';

/** Sections 2, 5 and 9: several modules in one host, each limited to its manifest. */
export function describeModules(world: World): void {
  const { subject, neighbour } = world;
  const modules: readonly ModuleFacts[] = [subject, neighbour];

  it('GET /api/v1/modules/list: public, every module ready, no errors', async () => {
    for (const caller of [world.stranger(), world.person(), world.stranger('Bearer abc')]) {
      const answer = await caller.get('/api/v1/modules/list');
      expect(answer.status).toBe(200);
      const { modules: found, errors } = moduleList.parse(answer.json);
      expect(errors).toEqual({});
      expect(found.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(
        modules.map(({ name }) => `${name} ready`).sort(),
      );
      for (const { version } of found) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    }
  });

  describe.each(modules.map((module) => [module.name, module] as const))('%s', (_, module) => {
    it('accepts and completes {"input_data": {"test": "data"}} as generated', async () => {
      const caller = world.person();
      const { job_id } = await submit(caller, module, { test: 'data' });
      expect(await finish(caller, module, job_id)).toMatchObject({ status: 'completed', user_id: caller.sub });
    });

    it.each([
      ['hasResult', '/result/123e4567-e89b-12d3-a456-426614174000', 'job_not_found'],
      ['hasStats', '/admin/stats', undefined],
    ] as const)('has only the endpoints that its manifest lists: %s', async (fact, path, code) => {
      const answer = await world.admin().get(under(module, path));
      if (!module[fact]) expectRefusal(answer, 404, 'not_found');
      else if (code !== undefined) expectRefusal(answer, 404, code);
      else expect(answer.status).toBe(200);
    });
  });

  it('separates the jobs of one user by module', async () => {
    const caller = world.person();
    const ids = await Promise.all(
      modules.map(async (module) => (await submit(caller, module, { test: 'data' })).job_id),
    );
    for (const [i, module] of modules.entries()) {
      const page = await list(caller, module);
      expect(page.jobs.map(({ job_id }) => job_id)).toEqual([ids[i]]);
      expectRefusal(await caller.get(under(module, `/status/${ids[1 - i]}`)), 404, 'job_not_found');
    }
  });

  it('separates permissions by module', async () => {
    for (const [i, module] of modules.entries()) {
      const other = modules[1 - i]!;
      const caller = world.person({ permissions: may(other, 'create', 'read', 'delete') });
      expectRefusal(await caller.post(under(module, '/process'), {}), 403, 'permission_denied');
      expectRefusal(await caller.get(under(module, '/list')), 403, 'permission_denied');
    }
  });

  it('run jobs at the same time, each with its own provider', async () => {
    const caller = world.person();
    const turns = Array.from({ length: 8 }, (_, i) => modules[i % 2]!);
    const jobs = await Promise.all(turns.map((module, i) => submit(caller, module, { text: `short ${i}` })));
    for (const [i, { job_id }] of jobs.entries()) {
      expect((await finish(caller, turns[i]!, job_id)).status).toBe('completed');
    }
  });
}
