import { describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectProblems, expectUnauthorised } from '../wire/expect-problem.ts';
import { providerErrorText, providerKey } from '../wire/fake-openai.ts';
import { eventsOf, finish, list, readEvents, submit } from '../wire/module-calls.ts';
import { planted } from '../wire/planted.ts';
import type { World } from '../world.ts';
import { validBody } from './endpoints.ts';

/** What an attacker would try that no other section has tried. */
export function describeSecurity(world: World): void {
  const { subject, neighbour } = world;

  it('a body of 10 MB is refused, with and without a token, and the host goes on', async () => {
    const path = under(subject, '/process');
    const body = `{"input_data": {"text": "${'x'.repeat(10_000_000)}"}}`;
    expectProblems(await world.person().raw(path, body), 'too_long at body');
    expect([401, 422]).toContain((await world.stranger().raw(path, body)).status);
    expect((await world.stranger().get('/health')).status).toBe(200);
  });

  it.each(["o'brien'; DROP TABLE jobs;--", '%', '../../etc/passwd', '{{7*7}}', 'é😀', 'x'.repeat(200)])(
    'a user called %s is only a user',
    async (name) => {
      const rights = { permissions: [`${subject.namespace}:*`, `${neighbour.namespace}:*`] };
      const caller = world.named(name, rights);
      const { job_id } = await submit(caller, subject, { text: 'short' });
      expect(await finish(caller, subject, job_id)).toMatchObject({ status: 'completed', user_id: name });
      const page = await list(caller, subject);
      expect(page.jobs.every(({ user_id }) => user_id === name)).toBe(true);
      expect(page.total).toBe(1);
    },
  );

  it.each(['a\tb', 'a\0b', 'a\nb'])('a user called %j is refused, or is only a user', async (name) => {
    const caller = world.named(name, { permissions: [`${subject.namespace}:*`] });
    const answer = await caller.post(under(subject, '/process'), validBody);
    if (answer.status === 401) expectUnauthorised(answer, 'invalid_token');
    else
      expect(await finish(caller, subject, (answer.json as { job_id: string }).job_id)).toMatchObject({
        user_id: name,
      });
  });

  it('filters of the event list are data, not SQL', async () => {
    for (const value of ["' OR '1'='1", '%', '*', "x'; DROP TABLE test_events;--"]) {
      expect(await readEvents(world.admin(), { correlation_id: value })).toEqual([]);
      expect(await readEvents(world.admin(), { name: value })).toEqual([]);
    }
  });

  it('a token is taken from the header alone', async () => {
    const caller = world.stranger();
    const path = under(subject, '/list?token=abc&access_token=abc');
    const answer = await caller.send({ method: 'GET', path, headers: { cookie: 'token=abc; session=abc' } });
    expect(answer.status).toBe(401);
  });

  it('errors of the provider that name its key reach no answer, event or log', async () => {
    const caller = world.person();
    for (const step of [401, 503, 'garbage'] as const) {
      const { job_id } = await submit(caller, subject, { text: world.fake.script(step).text });
      await finish(caller, subject, job_id);
      expect(JSON.stringify(await eventsOf(world.admin(), job_id))).not.toMatch(planted);
    }
    expect([...world.fake.authorizations], 'the key is really sent').toContain(`Bearer ${providerKey}`);
  });

  describe('of everything said in this run', () => {
    it('no answer holds a planted secret, the text of an exception, or a place in the code', () => {
      const said = world.traffic.answers;
      expect(said.length).toBeGreaterThan(10);
      expect(said.filter((text) => planted.test(text) || text.includes(providerErrorText))).toEqual([]);
      expect(said.filter((text) => /Traceback|node_modules|site-packages|at \w+ \(|File "\//.test(text))).toEqual([]);
    });

    it('no line of the log holds a planted secret or a token', () => {
      const lines = world.host.log().split('\n');
      const bad = lines.filter((line) => planted.test(line) || /eyJ[\w-]+\.eyJ/.test(line));
      expect(bad.length, bad[0]?.slice(0, 500)).toBe(0);
    });
  });
}
