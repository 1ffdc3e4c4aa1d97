import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';

const host = await testHost('text_insights');
const { service } = host.module;
const user = host.user();
const request = { input_data: { test: 'data' }, options: {}, priority: 5 };

describe('the work', () => {
  it('is done at once for a direct call', async () => {
    const result = await host.module.process(request);
    expect(result).toMatchObject({ result_id: null, output_data: expect.any(Object) });
  });

  it('is done in the background for a job', async () => {
    const { job_id } = await service.startProcessing(request, user);
    expect(await host.finished(user, job_id)).toMatchObject({ status: 'completed', progress_percent: 100, attempt: 1 });
    const result = await service.getResult(job_id, user);
    expect(result.output_data).toEqual((await host.module.process(request)).output_data);
  });

  it('is counted', async () => {
    expect(await service.getStats()).toMatchObject({ completed_jobs: expect.any(Number), failed_jobs: 0 });
  });
});
