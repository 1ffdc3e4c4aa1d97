import { describe, expect, it } from 'vitest';
import { isNightly } from '../../draws.ts';
import { sendBytes } from '../compare/malformed.ts';
import { under } from '../wire/caller.ts';
import { expectProblems, expectUnauthorised } from '../wire/expect-problem.ts';
import { providerErrorText, providerKey } from '../wire/fake-openai.ts';
import { eventsOf, finish, list, readEvents, submit } from '../wire/module-calls.ts';
import { planted } from '../wire/planted.ts';
import { inOneHour, signToken } from '../wire/token.ts';
import type { World } from '../world.ts';
import { validBody } from './endpoints.ts';

/** Attacks that the other sections do not cover. */
export function describeSecurity(world: World): void {
  const { subject, neighbour } = world;

  it('rejects a body of 10 MB, with and without a token, and keeps working', async () => {
    const path = under(subject, '/process');
    const body = `{"input_data": {"text": "${'x'.repeat(10_000_000)}"}}`;
    expectProblems(await world.person().raw(path, body), 'too_long at body');
    expectUnauthorised(await world.stranger().raw(path, body), 'not_authenticated');
    expect((await world.stranger().get('/health')).status).toBe(200);
  });

  it('closes connections of clients that do not finish their requests, and keeps working', async () => {
    const slow = Array.from({ length: 200 }, () =>
      sendBytes(world.host, Buffer.from('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ')),
    );
    const token = signToken(world.host.secret, {
      sub: 'slow',
      permissions: [`${subject.namespace}:*`],
      admin: false,
      exp: inOneHour(),
    });
    const head = [
      `POST ${under(subject, '/process')} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'Content-Length: 100',
    ];
    if (isNightly) slow.push(sendBytes(world.host, Buffer.from(`${head.join('\r\n')}\r\n\r\n{`)));
    expect((await world.stranger().get('/health')).status).toBe(200);
    for (const answer of await Promise.all(slow)) {
      expect(answer).toEqual({ status: 408, type: 'application/json', json: { detail: 'request_timeout' } });
    }
    expect((await world.stranger().get('/health')).status).toBe(200);
  }, 120_000);

  it.each(["o'brien'; DROP TABLE jobs;--", '%', '../../etc/passwd', '{{7*7}}', 'é😀', 'x'.repeat(200)])(
    'treats the user name %s as data',
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

  it.each(['a\tb', 'a\0b', 'a\nb'])('rejects the user name %j or treats it as data', async (name) => {
    const caller = world.named(name, { permissions: [`${subject.namespace}:*`] });
    const answer = await caller.post(under(subject, '/process'), validBody);
    if (answer.status === 401) expectUnauthorised(answer, 'invalid_token');
    else
      expect(await finish(caller, subject, (answer.json as { job_id: string }).job_id)).toMatchObject({
        user_id: name,
      });
  });

  it('treats filters of the event list as data, not SQL', async () => {
    for (const value of ["' OR '1'='1", '%', '*', "x'; DROP TABLE test_events;--"]) {
      expect(await readEvents(world.admin(), { correlation_id: value })).toEqual([]);
      expect(await readEvents(world.admin(), { name: value })).toEqual([]);
    }
  });

  it('accepts a token in the header only', async () => {
    const caller = world.stranger();
    const path = under(subject, '/list?token=abc&access_token=abc');
    const answer = await caller.send({ method: 'GET', path, headers: { cookie: 'token=abc; session=abc' } });
    expect(answer.status).toBe(401);
  });

  it('keeps provider errors that contain its key out of answers, events and logs', async () => {
    const caller = world.person();
    for (const step of [401, 503, 'garbage'] as const) {
      const { job_id } = await submit(caller, subject, { text: world.fake.script(step).text });
      await finish(caller, subject, job_id);
      expect(JSON.stringify(await eventsOf(world.admin(), job_id))).not.toMatch(planted);
    }
    expect([...world.fake.authorizations], 'the key is really sent').toContain(`Bearer ${providerKey}`);
  });

  describe('in all output of this run', () => {
    it('no answer contains a planted secret, an exception message or a source location', () => {
      const answers = world.traffic.answers;
      expect(answers.length).toBeGreaterThan(10);
      expect(answers.filter((text) => planted.test(text) || text.includes(providerErrorText))).toEqual([]);
      expect(answers.filter((text) => /Traceback|node_modules|site-packages|at \w+ \(|File "\//.test(text))).toEqual(
        [],
      );
    });

    it('no log line contains a planted secret or a token', () => {
      const lines = world.host.log().split('\n');
      const bad = lines.filter((line) => planted.test(line) || /eyJ[\w-]+\.eyJ/.test(line));
      expect(bad.length, bad[0]?.slice(0, 500)).toBe(0);
    });
  });
}
