import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../conformance/host/host.ts';
import { queryDatabase } from '../conformance/host/query.ts';
import { describeMode } from '../conformance/rows/matrix.ts';
import { modules } from '../conformance/rows/modules.ts';
import { type Caller, may, under } from '../conformance/wire/caller.ts';
import { finish, submit } from '../conformance/wire/module-calls.ts';
import { moduleEnv, World } from '../conformance/world.ts';
import { print, quantile } from './figures.ts';

const rows = 1_000_000;
const requests = 200;

for (const mode of ['fastify-postgres', 'fastapi-postgres'] as const)
  await describeMode(mode, (title, launcher) =>
    describe(`${title}, with ${rows} jobs`, { timeout: 1_800_000 }, () => {
      const world = new World(launcher, modules.subject, modules.neighbour);
      const { subject } = modules;
      let host: Host;
      let busy: Caller;
      let person: Caller;

      beforeAll(async () => {
        await world.fake.listen();
        const settings = { max_pending_jobs: '10000', retention_days: '30' };
        const env = {
          ...world.subjectEnv({ ...settings, provider: 'local' }),
          ...moduleEnv(world.neighbour, settings),
        };
        host = await world.launch({ env: { ...env, TEST_ENDPOINTS: '' } });
        const permissions = may(subject, 'create', 'read');
        busy = world.named('user-0', { permissions }, host);
        person = world.named('user-7', { permissions }, host);
        await submit(person, subject, { text: 'The user is known.' });
        queryDatabase(host, storeJobs(subject.name));
        queryDatabase(host, 'vacuum analyze ai.jobs');
        queryDatabase(host, 'vacuum analyze ai.results');
      }, 1_200_000);
      afterAll(async () => {
        await host?.dispose();
        await world.close();
      });

      it('answers', async () => {
        const { job_id } = await submit(person, subject, { text: 'a' });
        await finish(person, subject, job_id);
        const admin = world.admin(host);
        const times = {
          list: await timesOf(() => person.get(under(subject, '/list'))),
          'list of failed jobs': await timesOf(() => person.get(under(subject, '/list?status=failed'))),
          'list of a user with 200,000 jobs': await timesOf(() => busy.get(under(subject, '/list'))),
          'list from job 100,000 on': await timesOf(() => busy.get(under(subject, '/list?skip=100000'))),
          status: await timesOf(() => person.get(under(subject, `/status/${job_id}`))),
          stats: await timesOf(() => admin.get(under(subject, '/admin/stats'))),
          'jobs of all modules': await timesOf(() => admin.get('/api/v1/jobs')),
          'failed jobs of all modules': await timesOf(() => admin.get('/api/v1/jobs?status=failed')),
          'POST /process': await timesOf(() => person.post(under(subject, '/process'), { input_data: { text: 'a' } })),
        };
        print(
          `${title}: ${rows} jobs, milliseconds of ${requests} requests by 4 clients`,
          Object.fromEntries(
            Object.entries(times).map(([name, all]) => [
              name,
              `p50 ${quantile(all, 0.5).toFixed(1)}, p99 ${quantile(all, 0.99).toFixed(1)}`,
            ]),
          ),
        );
      });

      it('answers while old jobs are deleted', async () => {
        const before = Number(queryDatabase(host, 'select count(*) from ai.jobs'));
        const begin = performance.now();
        let deleted = 0;
        const times: number[] = [];
        const deleting = (async () => {
          for (let more = true; more; ) {
            const count = Number(queryDatabase(host, `select ai.delete_old_jobs('${subject.name}', 30)`));
            deleted += count;
            more = count > 0 && performance.now() - begin < 60_000;
            // The requests below have their turn: the query blocks this process.
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        })();
        await Promise.all([
          deleting,
          (async () => {
            for (let at = 0; at < requests; at += 1)
              times.push(...(await timesOf(() => person.get(under(subject, '/list')), 1)));
          })(),
        ]);
        expect(deleted).toBeGreaterThan(0);
        print(`${title}: deleting old jobs`, {
          'jobs before': before,
          'deleted a second': Math.round((1000 * deleted) / (performance.now() - begin)),
          list: `p99 ${quantile(times, 0.99).toFixed(1)} ms`,
        });
      });
    }),
  );

/** A million jobs of 1,000 users, one with 200,000 of them, and 60 days, one in twenty failed, with their results. */
function storeJobs(module: string): string {
  return `with added as (
    insert into ai.jobs (id, module, user_id, status, input_data, options, priority, attempt, error_code, result_id,
      duration_ms, progress_percent, created_at, started_at, completed_at, failed_at)
    select gen_random_uuid(), '${module}', 'user-' || case when n % 5 = 0 then 0 else n % 1000 end,
      case when n % 20 = 0 then 'failed' else 'completed' end, '{"text": "a"}', '{}', 5, 1,
      case when n % 20 = 0 then 'timeout' end, case when n % 20 <> 0 then gen_random_uuid() end, 10,
      case when n % 20 = 0 then 0 else 100 end, moment, moment,
      case when n % 20 <> 0 then moment end, case when n % 20 = 0 then moment end
    from (select n, now() - n * interval '5 seconds' as moment from generate_series(1, ${rows}) n) as made
    returning id, result_id
  )
  insert into ai.results (id, job_id, output_data, metadata)
  select result_id, id, '{"total": 1}', '{"duration_ms": 10}' from added where result_id is not null`;
}

/** The milliseconds of each request. */
async function timesOf(ask: () => Promise<{ readonly status: number }>, count = requests): Promise<number[]> {
  const times: number[] = [];
  const client = async () => {
    while (times.length < count) {
      const begin = performance.now();
      const { status } = await ask();
      times.push(performance.now() - begin);
      expect([200, 202]).toContain(status);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, count) }, client));
  return times;
}
