import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import type { InvoicesModule } from '../index.ts';
import { sample, sampleOptions } from '../schemas.ts';

const host = await testHost<InvoicesModule>('invoices');
const { service } = host.module;

async function book(user: ReturnType<typeof host.user>, text = sample.text): Promise<string> {
  const { job_id } = await service.startProcessing({ input_data: { text }, options: sampleOptions }, user);
  expect(await host.finished(user, job_id)).toMatchObject({ status: 'completed' });
  return job_id;
}

describe('the ledger', () => {
  const ledgerOf = async (user: ReturnType<typeof host.user>, query = {}) =>
    (await service.getLedger({ limit: 20, ...query }, user)).entries;

  it('has an entry for each invoice that a job has read', async () => {
    const user = host.user();
    const first = await book(user);
    const second = await book(user, 'Someone\n1 x Pen @ 2.00\nTotal USD 2.00');
    const [newest, oldest] = await ledgerOf(user);
    expect(newest).toEqual({
      job_id: second,
      supplier: 'Someone',
      currency: 'USD',
      gross: 2,
      booked_at: expect.any(String),
    });
    expect(oldest).toMatchObject({ job_id: first, number: 'INV-17', dated: '2026-01-31', currency: 'EUR', gross: 9 });
    expect(await ledgerOf(user, { currency: 'USD' })).toEqual([newest]);
    expect(await ledgerOf(user, { since: '2026-01-31' })).toEqual([oldest]);
    expect(await ledgerOf(user, { limit: 1 })).toEqual([newest]);
  });

  it('has no entry for a direct call', async () => {
    const user = host.user();
    await service.processNow(sample, { user });
    expect(await ledgerOf(user)).toEqual([]);
  });

  it('is erased with the user, and with nobody else', async () => {
    const [user, other] = [host.user(), host.user()];
    await Promise.all([book(user), book(other)]);
    await service.eraseUser(user.id);
    expect(await ledgerOf(user)).toEqual([]);
    expect(await ledgerOf(other)).toHaveLength(1);
  });
});
