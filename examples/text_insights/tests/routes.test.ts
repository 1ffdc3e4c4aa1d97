import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import * as schemas from '../schemas.ts';

const host = await testHost('text_insights');
const user = host.user(...host.module.getMetadata().permissions_required);
const request = { input_data: schemas.sample, options: schemas.sampleOptions };

describe('POST /process', () => {
  it('starts a job that has a result', async () => {
    const { status, body } = await user.post('/process', request);
    expect([status, body]).toEqual([202, expect.objectContaining({ status: 'pending', user_id: user.id })]);
    await host.finished(user, body.job_id);
    const result = await user.get(`/result/${body.job_id}`);
    expect(result).toMatchObject({ status: 200, body: { output_data: expect.any(Object) } });
  });

  it('refuses input that does not fit its type', async () => {
    const input_data = { ...schemas.sample, undeclared: true };
    const { status, body } = await user.post('/process', { ...request, input_data });
    expect([status, body.detail[0].loc]).toEqual([422, ['body', 'input_data', 'undeclared']]);
  });
});

describe('POST /analyse', () => {
  it('answers', async () => {
    const { status, body } = await user.call('POST', '/analyse', request);
    expect([status, body]).toMatchObject([200, { result_id: null, output_data: expect.any(Object) }]);
  });
});
