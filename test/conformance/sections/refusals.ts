import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { may, under } from '../wire/caller.ts';
import { expectProblems, expectRefusal, expectUnauthorised } from '../wire/expect-problem.ts';
import { cancel, finish, submit } from '../wire/module-calls.ts';
import { badTokens, inOneHour } from '../wire/token.ts';
import type { World } from '../world.ts';
import { ask, endpoints, endpointsOfOneJob, everyEndpoint, invalidRequest, validBody, verbs } from './endpoints.ts';

/** Section 2, authorization: every endpoint with every error that depends on the caller, and their order. */
export function describeRefusals(world: World): void {
  const { subject, neighbour } = world;
  const path = under(subject, '/process');

  describe.each(everyEndpoint)('%s', (_, endpoint) => {
    it('401 not_authenticated without a token, or with another authentication scheme', async () => {
      for (const header of [undefined, '', 'Basic YTpi', 'Bearer', 'Bearer ', 'Token abc']) {
        expectUnauthorised(await ask(world.stranger(header), subject, endpoint), 'not_authenticated');
      }
    });

    it('401 invalid_token for every kind of invalid token', async () => {
      const good = { sub: 'someone', permissions: may(subject, ...verbs), admin: false, exp: inOneHour() };
      for (const [name, token] of badTokens(world.host.secret, good)) {
        const answer = await ask(world.stranger(`Bearer ${token}`), subject, endpoint);
        expect(answer.status, name).toBe(401);
        expectUnauthorised(answer, 'invalid_token');
      }
    });

    it('403 permission_denied without its permission, even with all others', async () => {
      const { verb } = endpoint;
      const others = verbs.filter((other) => other !== verb);
      const ns = subject.namespace;
      const lists = [
        [],
        may(subject, ...others),
        [...may(neighbour, ...verbs), `${neighbour.namespace}:*`],
        ['*', '*:*', `*:${verb}`, `:${verb}`, verb, ns, `${ns}:`],
        [`${ns}:${verb}:more`, `${ns}x:${verb}`, `${ns}:${verb.toUpperCase()}`, `${ns}:${verb} `],
      ];
      for (const permissions of lists) {
        expectRefusal(await ask(world.person({ permissions }), subject, endpoint), 403, 'permission_denied');
      }
    });

    it('accepts its permission alone, ns:* and admins', async () => {
      const passes = endpoint.path.includes('{job_id}') ? 404 : endpoint === endpoints.process ? 202 : 200;
      const wildcard = { permissions: [`${subject.namespace}:*`] };
      for (const rights of [{ permissions: may(subject, endpoint.verb) }, wildcard, { admin: true }]) {
        const answer = await ask(world.person(rights), subject, endpoint);
        expect(answer.status, answer.text).toBe(passes);
      }
    });

    it('401 and 403 come before 422 for path, query or body', async () => {
      const request = invalidRequest(subject, endpoint);
      if (request === undefined) return;
      expectUnauthorised(await world.stranger().send(request), 'not_authenticated');
      expectUnauthorised(await world.stranger('Bearer abc').send(request), 'invalid_token');
      expectRefusal(await world.person({}).send(request), 403, 'permission_denied');
      expect((await world.person().send(request)).status).toBe(422);
    });
  });

  describe.each(endpointsOfOneJob)('%s', (_, endpoint) => {
    it('404 job_not_found for an unknown job and for a job of the other module', async () => {
      const owner = world.person();
      const foreign = await submit(owner, neighbour, { test: 'data' });
      for (const id of [randomUUID(), '00000000-0000-0000-0000-000000000000', foreign.job_id]) {
        expectRefusal(await ask(owner, subject, endpoint, id), 404, 'job_not_found');
        expectRefusal(await ask(world.admin(), subject, endpoint, id), 404, 'job_not_found');
      }
    });

    it("403 not_owner for another user's job, after permission_denied and before any 409", async () => {
      const owner = world.person();
      const { job_id } = await submit(owner, subject, { text: world.fake.script('hold').text });
      const other = world.person();
      expectRefusal(await ask(other, subject, endpoint, job_id), 403, 'not_owner');
      expectRefusal(await ask(world.person({}), subject, endpoint, job_id), 403, 'permission_denied');
      expect((await cancel(owner, subject, job_id)).status).toBe(204);
      // The job is cancelled now: its owner would get 409 from cancel and result, and 202 from retry.
      expectRefusal(await ask(other, subject, endpoint, job_id), 403, 'not_owner');
    });

    it("accepts an admin for another user's job", async () => {
      const owner = world.person();
      const { job_id } = await submit(owner, subject, { text: 'short' });
      await finish(owner, subject, job_id);
      const answer = await ask(world.admin(), subject, endpoint, job_id);
      if (endpoint === endpoints.cancel) expectRefusal(answer, 409, 'job_not_cancellable');
      else if (endpoint === endpoints.retry) expectRefusal(answer, 409, 'job_not_retryable');
      else expect(answer.status, answer.text).toBe(200);
    });
  });

  it('401 and 403 come before 422 for malformed JSON, also if the body is too large', async () => {
    for (const body of ['{"input_data": ', `{"input_data": "${'x'.repeat(2_200_000)}`]) {
      expectUnauthorised(await world.stranger().raw(path, body), 'not_authenticated');
      expectUnauthorised(await world.stranger('Bearer abc').raw(path, body), 'invalid_token');
      expectRefusal(await world.person({}).raw(path, body), 403, 'permission_denied');
    }
    expectProblems(await world.person().raw(path, '{"input_data": '), 'json_invalid at body');
  });

  it('429 too_many_jobs comes after all other errors and counts the active jobs of each user', async () => {
    const owner = world.person();
    const { text } = world.fake.script('hold');
    const ids: string[] = [];
    for (let i = 0; i < world.maxPendingJobs; i += 1) ids.push((await submit(owner, subject, { text })).job_id);
    expectProblems(await owner.raw(path, '{'), 'json_invalid at body');
    expectProblems(await owner.post(path, {}), 'missing at body.input_data');
    const refused = await owner.post(path, validBody);
    expectRefusal(refused, 429, 'too_many_jobs');
    expect(refused.headers['retry-after']).toBe('5');
    expect((await world.person().post(path, validBody)).status).toBe(202);
    for (const id of ids) expect((await cancel(owner, subject, id)).status).toBe(204);
    expect((await owner.post(path, validBody)).status).toBe(202);
  });
}
