import { trace } from '@opentelemetry/api';
import { node, tracing } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Tokens } from '../src/http/tokens.ts';
import { TestHost } from '../src/testing/index.ts';
import type { InvoicesModule } from './fixtures/typed/invoices/index.ts';
import { typedModules } from './sample-host.ts';

const secret = 'a secret of at least 32 characters';
const user = { id: 'ada', permissions: ['invoices:create', 'invoices:read'], isAdmin: false };
const authorization = `Bearer ${new Tokens(secret).issue(user)}`;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const exporter = new tracing.InMemorySpanExporter();
let host: TestHost<InvoicesModule>;

beforeAll(async () => {
  // The application's own: the runtime uses it.
  new node.NodeTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)] }).register();
  const env = { AI_TRACES: 'on', AI_JWT_SECRET: secret, INVOICES_RETRY_ATTEMPTS: '0' };
  host = await TestHost.start<InvoicesModule>('invoices', env, typedModules);
});

afterAll(async () => {
  await host.stop();
  trace.disable();
});

/** The spans of a trace by name, with the name of the span above. */
function spansOf(id: string) {
  const spans = exporter
    .getFinishedSpans()
    .filter((span) => span.spanContext().traceId === id)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const nameOf = (spanId = '') => spans.find((span) => span.spanContext().spanId === spanId)?.name ?? 'the client';
  return spans.map(({ name, attributes, status, parentSpanContext }) => ({
    name,
    parent: nameOf(parentSpanContext?.spanId),
    attributes,
    isError: status.code === 2,
  }));
}

async function runJob(step: string, traceId: string) {
  const answer = await host.host.app.inject({
    method: 'POST',
    url: '/api/v1/modules/invoices/process',
    headers: { authorization, traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    payload: { input_data: { lines: [{ text: 'a', amount: 1 }], step } },
  });
  expect(answer.statusCode).toBe(202);
  const { job_id } = answer.json() as { job_id: string };
  const job = await host.finished(user as never, job_id);
  await host.until(() => spansOf(traceId).some(({ name }) => name === 'process invoices'));
  return job;
}

it('follows a job from the request to the provider', async () => {
  const { job_id } = await runJob('ok', TRACE);
  expect(spansOf(TRACE)).toEqual([
    {
      name: 'POST /api/v1/modules/invoices/process',
      parent: 'the client',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/modules/invoices/process',
        'http.response.status_code': 202,
      },
      isError: false,
    },
    {
      name: 'process invoices',
      parent: 'send invoices',
      attributes: { 'ai.job.id': job_id, 'ai.job.attempt': 1, 'ai.job.outcome': 'completed' },
      isError: false,
    },
    { name: 'provider sample', parent: 'process invoices', attributes: {}, isError: false },
    {
      name: 'send invoices',
      parent: 'POST /api/v1/modules/invoices/process',
      attributes: { 'ai.job.id': job_id },
      isError: false,
    },
  ]);
});

it('marks a failed job with its code, without texts', async () => {
  const trace = TRACE.replace('0af', '1bf');
  await runJob('wrong', trace);
  const failed = spansOf(trace).filter(({ isError }) => isError);
  expect(failed).toEqual([
    {
      name: 'process invoices',
      parent: 'send invoices',
      attributes: expect.objectContaining({ 'ai.job.outcome': 'failed', 'error.type': 'output_invalid' }),
      isError: true,
    },
  ]);
  expect(JSON.stringify(spansOf(trace))).not.toContain('a secret');
});

it('follows an event to the job that it starts', async () => {
  const tracer = trace.getTracer('test');
  const id = await tracer.startActiveSpan('of the application', async (span) => {
    await host.publish('file.uploaded', { user_id: 'ada', lines: [{ text: 'a', amount: 1 }] });
    span.end();
    return span.spanContext().traceId;
  });
  await host.until(() => spansOf(id).some(({ name }) => name === 'process invoices'));
  const above = Object.fromEntries(spansOf(id).map(({ name, parent }) => [name, parent]));
  expect(above).toEqual({
    'of the application': 'the client',
    'handle file.uploaded': 'of the application',
    'send invoices': 'handle file.uploaded',
    'provider sample': 'process invoices',
    'process invoices': 'send invoices',
  });
});
