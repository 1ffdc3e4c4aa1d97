import { expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { finish, submit } from '../wire/module-calls.ts';
import { stats } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

const line = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)+)\})? (-?[\d.e+-]+)$/;

/** `/metrics`, in the text format of Prometheus. */
export function describeMetrics(world: World): void {
  const { subject, neighbour } = world;

  /** The values of all series, by name and labels. */
  const scrape = async () => {
    const answer = await world.stranger().get('/metrics');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = answer.text.trimEnd().split('\n');
    const types = lines.flatMap((text) => /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(text)?.[1] ?? []);
    expect(new Set(types).size).toBe(types.length);
    const found = lines.filter((text) => !text.startsWith('# ')).map((text) => line.exec(text) ?? [text]);
    for (const [text, name = ''] of found)
      expect(types, text).toContain(types.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
    return new Map<string, number>(found.map(([, name, labels = '', value]) => [`${name}{${labels}}`, Number(value)]));
  };

  it('counts requests by method, route and status', async () => {
    const route = `${under(subject, '/status/')}{job_id}`;
    const refused = `ai_http_requests_total{method="GET",route="${route}",status="401"}`;
    const before = await scrape();
    for (let i = 0; i < 3; i += 1) await world.stranger().get(under(subject, '/status/x'));
    await world.stranger().get('/nothing/here');
    const after = await waitUntil('the counts', async () => {
      const now = await scrape();
      return (now.get(refused) ?? 0) >= (before.get(refused) ?? 0) + 3 && now;
    });
    expect(after.get(refused)).toBe((before.get(refused) ?? 0) + 3);
    const labels = `method="GET",route="${route}"`;
    const count = after.get(`ai_http_request_duration_seconds_count{${labels}}`);
    expect(after.get(`ai_http_request_duration_seconds_bucket{${labels},le="+Inf"}`)).toBe(count);
    expect(after.get(`ai_http_request_duration_seconds_sum{${labels}}`)).toBeGreaterThan(0);
    expect([...after.keys()].filter((name) => name.includes('nothing'))).toEqual([]);
  });

  it('counts attempts at jobs, whichever process makes them, and jobs by status', async () => {
    const module = subject.name;
    const name = `ai_job_attempts_total{module="${module}",outcome="completed"}`;
    const before = (await scrape()).get(name) ?? 0;
    const caller = world.person();
    const { job_id } = await submit(caller, subject, { text: 'short' });
    await finish(caller, subject, job_id);
    const after = await waitUntil('the count', async () => {
      const now = await scrape();
      return (now.get(name) ?? 0) > before && now;
    });
    expect(after.get(`ai_job_duration_seconds_count{module="${module}"}`)).toBeGreaterThan(0);
    expect(after.get(`ai_job_wait_seconds_count{module="${module}"}`)).toBeGreaterThan(0);
    const figures = stats.parse((await world.admin().get(under(subject, '/admin/stats'))).json);
    expect(after.get(`ai_jobs{module="${module}",status="completed"}`)).toBe(figures.completed_jobs);
  });

  it('shows how long jobs have been waiting', async () => {
    const caller = world.person();
    const script = world.fake.script('hold');
    // More than the module runs at the same time.
    for (let i = 0; i < world.maxPendingJobs; i += 1) await submit(caller, subject, { text: script.text });
    await script.seen();
    await waitUntil('a queue', async () => {
      const age = (await scrape()).get(`ai_job_queue_age_seconds{module="${subject.name}"}`);
      return age !== undefined && age > 0;
    });
    script.release();
  });

  it('shows the state of the host', async () => {
    const now = await scrape();
    expect(now.get('ai_database_up{}')).toBe(1);
    expect(now.get(`ai_host_info{mode="${world.launcher.mode}"}`)).toBe(1);
    expect(now.get('ai_workers{}')).toBeGreaterThan(0);
    for (const { name } of [subject, neighbour]) expect(now.get(`ai_module_up{module="${name}"}`)).toBe(1);
  });

  it('403 for requests that come through a proxy', async () => {
    for (const name of ['x-forwarded-for', 'forwarded', 'via']) {
      const headers = { [name]: '1.2.3.4' };
      const answer = await world.stranger().send({ method: 'GET', path: '/metrics', headers });
      expectRefusal(answer, 403, 'permission_denied');
    }
  });
}
