import { describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { cancel, finish, readJob, submit } from '../wire/module-calls.ts';
import { job } from '../wire/shapes.ts';
import type { World } from '../world.ts';

/** A failed or cancelled job, started again. */
export function describeRetrying(world: World): void {
  const { subject } = world;
  const retry = (caller: ReturnType<World['person']>, id: string) => caller.post(under(subject, `/retry/${id}`));

  it('202: a failed job becomes a new job with the same input, and stays as it is', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, subject, { text: world.fake.script(400, 'ok').text });
    const failed = await finish(caller, subject, job_id);
    expect(failed.status).toBe('failed');
    const answer = await retry(caller, job_id);
    expect(answer.status, answer.text).toBe(202);
    const again = job.parse(answer.json);
    expect(again).toMatchObject({ status: 'pending', attempt: 0, user_id: caller.sub });
    expect(again.job_id).not.toBe(job_id);
    expect(answer.headers.location).toBe(under(subject, `/status/${again.job_id}`));
    expect((await finish(caller, subject, again.job_id)).status).toBe('completed');
    expect(await readJob(caller, subject, job_id)).toEqual(failed);
  });

  it('202: a cancelled job, by an admin, for its owner', async () => {
    const owner = world.person();
    const script = world.fake.script('hold');
    const { job_id } = await submit(owner, subject, { text: script.text });
    expect((await cancel(owner, subject, job_id)).status).toBe(204);
    const answer = await retry(world.admin(), job_id);
    expect(answer.status, answer.text).toBe(202);
    const again = job.parse(answer.json);
    expect(again.user_id).toBe(owner.sub);
    expect((await cancel(owner, subject, again.job_id)).status).toBe(204);
  });

  describe('409 job_not_retryable', () => {
    it('while the job runs, and once it is completed', async () => {
      const caller = world.person();
      const script = world.fake.script('hold');
      const { job_id } = await submit(caller, subject, { text: script.text });
      expectRefusal(await retry(caller, job_id), 409, 'job_not_retryable');
      await script.seen();
      expectRefusal(await retry(caller, job_id), 409, 'job_not_retryable');
      script.release();
      await finish(caller, subject, job_id);
      expectRefusal(await retry(caller, job_id), 409, 'job_not_retryable');
    });
  });
}
