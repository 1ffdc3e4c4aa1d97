import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { sampleHost } from './sample-host.ts';

const host = await sampleHost();

afterAll(() => host.stop());

describe('the event bus', () => {
  it('stores an event once', async () => {
    const id = randomUUID();
    const first = await host.publish('thing.happened', { number: 1 }, id);
    expect(await host.publish('thing.happened', { number: 2 }, id)).toEqual(first);
  });

  it('carries any JSON', async () => {
    const data = { text: 'a\u0000b \ud800 😀', deep: { list: [1, null, true] } };
    const { event_id } = await host.publish('thing.said', data);
    const event = await host.until(() => host.events.find((each) => each.event_id === event_id));
    expect(event.data).toEqual(data);
  });

  it('knows what a module subscribes to', () => {
    expect(host.host.services.bus.subscribedBy('sample')).toEqual(['file.uploaded', 'user.deleted']);
  });
});

describe('an event about a user who is deleted', () => {
  it('removes the jobs of the user', async () => {
    const user = host.user();
    const { service } = host.module;
    const request = { input_data: { steps: ['hang'] }, options: {}, priority: 5 };
    await service.startProcessing(request, user);
    await host.publish('user.deleted', { user_id: user.id });
    await host.until(async () => (await service.listJobs({ skip: 0, limit: 1 }, user)).total === 0);
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
