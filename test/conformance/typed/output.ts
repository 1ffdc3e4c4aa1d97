import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { finish, publish, submit } from '../wire/module-calls.ts';
import { waitUntil } from '../wire/wait-until.ts';
import { at, bodyOf } from './answers.ts';
import { completed, order, orderWith } from './cases.ts';
import { orders, type Pair, reports, type TypedHost } from './hosts.ts';

const total = (host: TypedHost, jobId: string): unknown[] =>
  host.rows(`select total from ai.orders_totals where job_id = '${jobId}'`);

/** What becomes of the output: results, hooks, and results that other modules read. */
export function describeOutput(pair: Pair): void {
  describe('output', () => {
    it('that fits is the result, with its defaults and what was used', async () => {
      const answer = await pair.both(async ({ user }) => {
        const { job_id } = await submit(user, orders, order(), { options: { rate: 2 } });
        await finish(user, orders, job_id);
        return bodyOf(await user.get(`${at}/result/${job_id}`));
      });
      expect(answer).toEqual({
        status: 200,
        body: {
          result_id: 'an id',
          output_data: {
            input: completed(order()),
            options: { detail: 'short', rate: 2 },
            total: 38,
            currency: 'EUR',
          },
          metadata: { model: 'echo', input_tokens: 7, duration_ms: 0 },
        },
      });
    });

    it('of a direct call has the same form, without an id', async () => {
      const { body } = await pair.both(async ({ user }) => bodyOf(await user.post(`${at}/direct`, { input: order() })));
      expect(body).toMatchObject({ result_id: null, output_data: { total: 19, currency: 'EUR' } });
      expect(body).toMatchObject({ metadata: { model: 'echo', input_tokens: 7, duration_ms: 0 } });
    });

    it('that does not fit fails the job at once, and its value is in no log', async () => {
      const answer = await pair.both(async ({ user, host }) => {
        const { job_id } = await submit(user, orders, orderWith('step', 'wrong'));
        const { status, error_code, error_message, attempt } = await finish(user, orders, job_id);
        expect(host.log()).not.toContain('planted-wrong-value');
        const { body } = bodyOf(await user.get(`${at}/result/${job_id}`));
        return { status, error_code, error_message, attempt, body };
      });
      expect(answer).toMatchObject({ status: 'failed', error_code: 'output_invalid', attempt: 1 });
      expect(answer.body).toEqual({ detail: 'result_unavailable' });
    });

    it.each([
      ['a direct call', '/direct', { input: orderWith('step', 'wrong') }],
      ['an endpoint without types', '/analyse', { input_data: orderWith('step', 'wrong') }],
      ['an endpoint with types', '/preview', orderWith('step', 'wrong')],
    ])('that does not fit is 502 for %s', async (_, path, body) => {
      const answer = await pair.both(async ({ user }) => bodyOf(await user.post(`${at}${path}`, body)));
      expect(answer).toEqual({ status: 502, body: { detail: 'output_invalid' } });
    });

    it('of the sample provider is the sample, and marked as such', async () => {
      const answer = await pair.both(async ({ user }) => {
        const { job_id } = await submit(user, reports, { text: 'any' });
        await finish(user, reports, job_id);
        return bodyOf(await user.post('/api/v1/modules/order_reports/report', { module: reports.name, job_id }));
      });
      expect(answer).toMatchObject({ status: 200, body: { output_data: { total: 1 }, metadata: { sample: true } } });
    });
  });

  describe('onCompleted', () => {
    it('stores something together with the result', async () => {
      const stored = await pair.both(async (host) => {
        const { job_id } = await submit(host.user, orders, order());
        await finish(host.user, orders, job_id);
        return total(host, job_id);
      });
      expect(stored).toEqual([19]);
    });

    it('fails the job, and stores nothing, if it throws', async () => {
      const end = await pair.both(async (host) => {
        const { job_id } = await submit(host.user, orders, orderWith('step', 'hook_fails'));
        const { status, error_code, attempt } = await finish(host.user, orders, job_id);
        const results = host.rows(`select count(*) from ai.results where job_id = '${job_id}'`);
        return { status, error_code, attempt, stored: total(host, job_id), results };
      });
      expect(end).toEqual({ status: 'failed', error_code: 'hook_failed', attempt: 1, stored: [], results: [0] });
    });
  });

  it('onUserErased deletes what the module has stored of the user, and nothing of others', async () => {
    const left = await pair.both(async (host) => {
      const [user, other] = [host.someone(), host.someone()];
      const jobs = await Promise.all([user, other].map((caller) => submit(caller, orders, order())));
      await Promise.all([user, other].map((caller, i) => finish(caller, orders, jobs[i]!.job_id)));
      await publish(host.admin, { name: 'user.deleted', data: { user_id: user.sub } });
      await waitUntil('the user to be erased', async () => total(host, jobs[0]!.job_id).length === 0);
      const counts = host.rows(`select count(*) from ai.jobs where user_id in ('${user.sub}', '${other.sub}')`);
      return [counts, total(host, jobs[1]!.job_id)];
    });
    expect(left).toEqual([[1], [19]]);
  });

  describe('results.read', () => {
    const read = async ({ user }: TypedHost, job_id: string, caller = user, module = orders.name) =>
      bodyOf(await caller.post('/api/v1/modules/order_reports/report', { module, job_id }));

    it('gives the result of another module to its owner and to administrators', async () => {
      const answers = await pair.both(async (host) => {
        const { job_id } = await submit(host.user, orders, order());
        await finish(host.user, orders, job_id);
        const own = bodyOf(await host.user.get(`${at}/result/${job_id}`));
        expect(await read(host, job_id, host.admin)).toEqual(own);
        return [own, await read(host, job_id)];
      });
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[1]).toMatchObject({ status: 200, body: { output_data: { total: 19 } } });
    });

    it('refuses as GET /result of that module', async () => {
      const answers = await pair.both(async (host) => {
        const { job_id } = await submit(host.user, orders, order());
        const failed = await submit(host.user, orders, orderWith('step', 'wrong'));
        const held = await submit(host.user, orders, orderWith('step', 'hold'));
        for (const id of [job_id, failed.job_id]) await finish(host.user, orders, id);
        const stranger = host.caller('stranger', { permissions: ['order_reports:create'] });
        const all = [
          await read(host, job_id, host.user, 'nothing'),
          await read(host, job_id, stranger),
          await read(host, randomUUID()),
          await read(host, job_id, host.someone()),
          await read(host, held.job_id),
          await read(host, failed.job_id),
          await read(host, job_id, host.user, reports.name),
        ];
        await host.user.post(`${at}/cancel/${held.job_id}`);
        return all.map(({ status, body }) => `${status} ${(body as { detail: string }).detail}`);
      });
      expect(answers).toEqual([
        '404 module_not_found',
        '403 permission_denied',
        '404 job_not_found',
        '403 not_owner',
        '409 result_not_ready',
        '409 result_unavailable',
        '404 job_not_found',
      ]);
    });
  });
}
