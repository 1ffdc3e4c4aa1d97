import { randomUUID } from 'node:crypto';
import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import type { TextInsightsModule } from '../index.ts';
import * as schemas from '../schemas.ts';

const host = await testHost<TextInsightsModule>('text_insights');
const { service } = host.module;

describe('user.deleted', () => {
  it('erases the jobs of the user', async () => {
    const user = host.user();
    await service.startProcessing({ input_data: schemas.sample, options: schemas.sampleOptions }, user);
    await host.publish('user.deleted', { user_id: user.id });
    await host.until(async () => (await service.listJobs({ skip: 0, limit: 1 }, user)).total === 0);
  });
});

describe('transcription.completed', () => {
  it('starts one job, however often it is delivered', async () => {
    const user = host.user();
    const data = { ...schemas.transcriptionCompletedSample, user_id: user.id };
    const name = 'transcription.completed';
    const eventId = randomUUID();
    for (const id of [eventId, eventId, randomUUID()]) await host.publish(name, data, id);
    await host.until(async () => (await service.listJobs({ skip: 0, limit: 1 }, user)).total >= 2);
    expect((await service.listJobs({ skip: 0, limit: 1 }, user)).total).toBe(2);
  });
});
