import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { sampleHost } from './sample-host.ts';

const host = await sampleHost();
const { bus } = host.host.services;

afterAll(() => host.stop());

describe('the event bus', () => {
  it('delivers once per group', async () => {
    const seen: string[] = [];
    for (const group of ['one', 'two']) bus.on('thing.happened', group, async () => seen.push(group));
    await host.publish('thing.happened', {});
    await host.until(() => seen.length >= 2);
    expect(seen.sort()).toEqual(['one', 'two']);
  });

  it('tries a handler again that throws, and tells the publisher nothing', async () => {
    let calls = 0;
    bus.on('thing.failed', 'shaky', async () => {
      calls += 1;
      if (calls < 3) throw new Error('not yet');
    });
    await host.publish('thing.failed', {});
    await host.until(() => calls === 3);
  });

  it('carries any JSON', async () => {
    const data = { text: 'a\u0000b \ud800 😀', deep: { list: [1, null, true] } };
    const { event_id } = await host.publish('thing.said', data);
    const event = await host.until(() => host.events.find((each) => each.event_id === event_id));
    expect(event.data).toEqual(data);
  });
});

describe('an event that starts a job', () => {
  it('starts one, however often it is delivered', async () => {
    const user = host.user();
    const eventId = randomUUID();
    for (let i = 0; i < 3; i += 1) await host.publish('file.uploaded', { user_id: user.id }, eventId);
    const next = randomUUID();
    await host.publish('file.uploaded', { user_id: user.id }, next);
    const jobs = () => host.module.service.listJobs({ skip: 0, limit: 10 }, user);
    await host.until(async () => (await jobs()).total >= 2);
    expect((await jobs()).total).toBe(2);
  });

  it('is ignored when it names no user', async () => {
    const before = await host.module.service.getStats();
    await host.module.service.startFromEvent(await host.publish('thing.unknown', { user_id: 7 }));
    expect((await host.module.service.getStats()).total_jobs).toBe(before.total_jobs);
  });
});
