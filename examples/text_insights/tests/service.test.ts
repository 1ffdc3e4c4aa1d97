import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import type { TextInsightsModule } from '../index.ts';
import { sample, sampleOptions } from '../schemas.ts';

const host = await testHost<TextInsightsModule>('text_insights');
const { service } = host.module;
const user = host.user();

describe('the work', () => {
  it('is done at once for a direct call', async () => {
    const { output_data } = await service.processNow(sample, { options: sampleOptions });
    expect(output_data).toEqual(expect.any(Object));
  });

  it('is done in the background for a job', async () => {
    const { job_id } = await service.startProcessing({ input_data: sample, options: sampleOptions }, user);
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect(await service.getResult(job_id, user)).toMatchObject({ output_data: expect.any(Object) });
  });
});
