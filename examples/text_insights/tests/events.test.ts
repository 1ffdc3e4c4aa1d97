import { randomUUID } from 'node:crypto';
import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import * as own from '../events.ts';

const host = await testHost('text_insights');
const { service } = host.module;
const request = { input_data: { test: 'data' }, options: {}, priority: 5 };

describe('the life of a job', () => {
  it('publishes its events in order', async () => {
    const user = host.user();
    const { job_id } = await service.startProcessing(request, user);
    await host.finished(user, job_id);
    await host.until(() => host.eventsOf(job_id).some((event) => event.name === own.emitted.completed));
    const published = host.eventsOf(job_id);
    expect(published[0]?.name).toBe(own.emitted.started);
    expect(published.at(-1)?.name).toBe(own.emitted.completed);
    for (const event of published) {
      expect(Object.values<string>(own.emitted)).toContain(event.name);
      expect(event).toMatchObject({ source_module: host.name, data: { job_id, user_id: user.id } });
    }
  });
});

describe('user.deleted', () => {
  it('leaves nothing of the user', async () => {
    const user = host.user();
    const { job_id } = await service.startProcessing(request, user);
    await host.finished(user, job_id);
    await host.publish('user.deleted', { user_id: user.id });
    await host.until(async () => {
      return (await service.listJobs({ skip: 0, limit: 1 }, user)).total === 0;
    });
  });
});

describe('transcription.completed', () => {
  const name = 'transcription.completed';

  it('starts one job, however often it is delivered', async () => {
    const user = host.user();
    const eventId = randomUUID();
    for (const id of [eventId, eventId, randomUUID()]) await host.publish(name, { user_id: user.id }, id);
    const jobs = await host.until(async () => {
      const page = await service.listJobs({ skip: 0, limit: 5 }, user);
      return page.total >= 2 && page.jobs;
    });
    expect(jobs).toHaveLength(2);
  });
});
