import { sql } from 'drizzle-orm';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createHostDatabase, TestHost } from '../src/testing/index.ts';
import { approved, type InvoicesModule } from './fixtures/typed/invoices/index.ts';
import { sample } from './fixtures/typed/invoices/schemas.ts';
import { typedModules } from './sample-host.ts';

const startHost = (env: Record<string, string> = {}) => TestHost.start<InvoicesModule>('invoices', env, typedModules);
const host = await startHost();
const { service } = host.module;
const user = host.user();

afterEach(() => {
  service.completing = undefined;
});
afterAll(() => host.stop());

const start = () => service.startProcessing({ input_data: sample }, user);
const insert = (key: string, total: number) => sql`insert into invoices_totals values (${key}, 'somebody', ${total})`;
const never = () => new Promise<never>(() => {});

async function keys(): Promise<string[]> {
  return (await service.totals()).map((each) => each.job_id);
}

// Two of the tests start hosts, which takes long on a busy machine.
describe('onCompleted', { timeout: 120_000 }, () => {
  it('gets the job as it will be, with its input and options', async () => {
    const seen: unknown[] = [];
    service.completing = async (job) => void seen.push(job);
    const { job_id } = await start();
    const { started_at: _, ...job } = await host.finished(user, job_id);
    expect(seen).toEqual([expect.objectContaining({ ...job, input_data: sample, options: { rate: 2 } })]);
  });

  it('fails the attempt if it goes on after an error of the database', async () => {
    let calls = 0;
    service.completing = async (_, db) => {
      calls += 1;
      await db.execute(insert('first', calls));
      if (calls === 1) await db.execute(sql`select 1 / 0`).catch(() => {});
    };
    const { job_id } = await start();
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(await service.totals()).toContainEqual({ job_id: 'first', total: 2 });
    expect(await keys()).toContain(job_id);
  });

  it('may try what can fail in a transaction of its own', async () => {
    service.completing = async (job, db) => {
      await db.execute(insert(`before ${job.job_id}`, 1));
      const attempt = db.transaction(async (inner) => {
        await inner.execute(insert(`inside ${job.job_id}`, 1));
        await inner.execute(sql`select 1 / 0`);
      });
      await expect(attempt).rejects.toThrow();
    };
    const { job_id } = await start();
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect((await keys()).filter((key) => key.includes(job_id)).sort()).toEqual([job_id, `before ${job_id}`].sort());
  });

  it('publishes events together with the result', async () => {
    let calls = 0;
    service.completing = async (job) => {
      calls += 1;
      await approved.publish(service, { total: calls }, `approved-${job.job_id}`);
      if (calls === 1) throw new Error('The first attempt fails.');
    };
    const { job_id } = await start();
    await host.finished(user, job_id);
    const published = host.events.filter((event) => event.correlation_id === `approved-${job_id}`);
    expect(published.map(({ data }) => data)).toEqual([{ total: 2 }]);
  });

  it('is interrupted when the job is cancelled', async () => {
    let isWaiting = false;
    service.completing = async (job, db) => {
      await db.execute(insert(`cancelled ${job.job_id}`, 1));
      isWaiting = true;
      await never();
    };
    const { job_id } = await start();
    await host.until(() => isWaiting);
    await service.cancelJob(job_id, user);
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'cancelled', result_id: null });
    // The next job finds the table and the connections free.
    service.completing = undefined;
    const next = await start();
    expect(await host.finished(user, next.job_id)).toMatchObject({ status: 'completed' });
    expect(await keys()).not.toContain(`cancelled ${job_id}`);
  });

  it('has the time that the work has left', async () => {
    const short = await startHost({ INVOICES_TIMEOUT_SECONDS: '0.5', INVOICES_RETRY_ATTEMPTS: '0' });
    try {
      short.module.service.completing = never;
      const { job_id } = await short.module.service.startProcessing({ input_data: sample }, user);
      expect(await short.finished(short.admin(), job_id)).toMatchObject({ status: 'failed', error_code: 'timeout' });
    } finally {
      await short.stop();
    }
  });

  it.each(['fails', 'is caught'])(
    'has a time limit for each statement, and one that %s fails the attempt',
    async (what) => {
      const env = { INVOICES_RETRY_ATTEMPTS: '1', INVOICES_RETRY_DELAY_SECONDS: '0' };
      const strict = await startHost(env);
      const attempts: number[] = [];
      strict.module.service.completing = async ({ attempt }, db) => {
        attempts.push(attempt);
        await db.execute(sql`set local statement_timeout to 100`);
        const slow = db.execute(sql`select pg_sleep(60)`);
        await (what === 'fails' ? slow : slow.catch(() => {}));
      };
      try {
        const { job_id } = await strict.module.service.startProcessing({ input_data: sample }, user);
        const error_code = what === 'fails' ? 'timeout' : 'internal_error';
        expect(await strict.finished(strict.admin(), job_id)).toMatchObject({
          status: 'failed',
          attempt: 2,
          error_code,
        });
        expect(attempts).toEqual([1, 2]);
      } finally {
        await strict.stop();
      }
    },
  );

  it('fails the attempt with an error that looks like one of the database', async () => {
    let calls = 0;
    service.completing = async () => {
      calls += 1;
      if (calls === 1) throw Object.assign(new Error('timeout of another server'), { code: 'ECONNREFUSED' });
    };
    const { job_id } = await start();
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'completed', attempt: 2 });
  });

  it('fails the attempt if the database refuses what it does for longer than a restart takes', async () => {
    const strict = await startHost({ INVOICES_RETRY_ATTEMPTS: '0' });
    strict.module.service.completing = (_, db) =>
      db.execute(sql`do $$ begin raise exception 'no space' using errcode = '53100'; end $$`);
    try {
      const { job_id } = await strict.module.service.startProcessing({ input_data: sample }, user);
      const job = await strict.finished(strict.admin(), job_id);
      expect(job).toMatchObject({ status: 'failed', attempt: 1, error_code: 'internal_error' });
    } finally {
      await strict.stop();
    }
  });

  it('ends its job as cancelled if it cancels it', async () => {
    let calls = 0;
    service.completing = async (job, db) => {
      calls += 1;
      await db.execute(insert(`own ${job.job_id}`, 1));
      await service.cancelJob(job.job_id, user);
    };
    const { job_id } = await start();
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'cancelled', attempt: 1, result_id: null });
    expect(await keys()).not.toContain(`own ${job_id}`);
    expect(calls).toBe(1);
  });

  it('is interrupted when the host stops, and the job is handed back', async () => {
    const database = await createHostDatabase();
    try {
      const stopping = await startHost({ DATABASE_URL: database.url });
      let isWaiting = false;
      stopping.module.service.completing = async () => {
        isWaiting = true;
        await never();
      };
      const { job_id } = await stopping.module.service.startProcessing({ input_data: sample }, user);
      await stopping.until(() => isWaiting);
      await stopping.stop();
      const next = await startHost({ DATABASE_URL: database.url });
      try {
        const { service: restarted } = next.module;
        const isCompleted = async () => (await restarted.getJob(job_id, next.admin())).status === 'completed';
        // On a slow machine the job is taken over when its lease ends, after 30 seconds.
        await next.until(isCompleted, 60_000);
      } finally {
        await next.stop();
      }
    } finally {
      await database.drop();
    }
  });
});

describe('onUserErased', () => {
  it('keeps the jobs if it goes on after an error of the database', async () => {
    const { job_id } = await start();
    await host.finished(user, job_id);
    await expect(service.eraseUser('somebody who breaks it')).rejects.toThrow('onUserErased went on after an error');
    await service.eraseUser(user.id);
    await expect(service.getJob(job_id, user)).rejects.toMatchObject({ code: 'job_not_found' });
  });
});
