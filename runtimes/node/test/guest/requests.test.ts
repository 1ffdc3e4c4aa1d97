import { trace } from '@opentelemetry/api';
import { node, tracing } from '@opentelemetry/sdk-node';
import express from 'express';
import Fastify from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Guest } from '../../src/attach.cts';
import { withFields, withLogFields } from '../../src/log.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { eventually } from '../postgres/host.ts';
import { applications } from './applications.ts';
import { afterTest, call, closeAll, MODULE, newGuest, start } from './support.ts';

vi.setConfig({ testTimeout: 180_000 });

const exporter = new tracing.InMemorySpanExporter();
let database: TestDatabase;

beforeAll(async () => {
  // The application's own: the runtime uses it.
  new node.NodeTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)] }).register();
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  trace.disable();
});
beforeEach(() => {
  vi.stubEnv('AI_ROLE', 'web');
  vi.stubEnv('AI_TRACES', 'on');
});
afterEach(async () => {
  await closeAll();
  vi.unstubAllEnvs();
});

type Line = Readonly<Record<string, unknown>>;

/** A logger of an application, as those of Fastify, and what it has written. */
function appLogger() {
  const lines: Line[] = [];
  const stream = { write: (text: string) => void lines.push(JSON.parse(text)) };
  return { lines, logger: Fastify({ logger: { level: 'debug', stream } }).log };
}

function readyGuest(logger: typeof Fastify.prototype.log) {
  const user = { id: 'anna', isAdmin: true, permissions: [] };
  return newGuest(() => ({ authenticate: () => user, database: { url: database.url }, logger }));
}

it('what monitoring asks for is logged at level debug, and not traced', async () => {
  const { lines, logger } = appLogger();
  const guest = readyGuest(logger);
  const { url } = await start('Express 5', guest);
  expect(await guest.ready()).toBe('ready');
  exporter.reset();
  const paths = ['/livez', '/readyz', '/metrics', '/health'].map((path) => `/ai${path}`);
  for (const path of [...paths, `${MODULE}/list`]) expect((await call(`${url}${path}`)).status).toBe(200);
  await eventually(async () => exporter.getFinishedSpans().length > 0, 60);
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([`GET ${MODULE}/list`]);
  const requests = lines.filter(({ msg }) => msg === 'request');
  expect(requests.map(({ path, level }) => [path, level])).toEqual(
    [...paths, `${MODULE}/list`].map((path) => [path, 20]),
  );
});

const SENT = { 'x-request-id': 'of-the-client' };

/** Answers of a guest that is ready, and of one that is not. */
async function idsOf(url: string, guest: Guest<unknown>, headers: Record<string, string> = SENT) {
  const path = `${url}${MODULE}/list`;
  const ids = [await call(path, 'GET', undefined, headers)];
  await guest.ready();
  ids.push(await call(path, 'GET', undefined, headers), await call(`${url}/ai/nowhere`, 'GET', undefined, headers));
  expect(ids.map(({ status }) => status)).toEqual([503, 200, 404]);
  return ids.map((answer) => answer.headers['x-request-id']);
}

it.each(Object.keys(applications))('answers have a request id, in an application of %s', async (name) => {
  const guest = readyGuest(appLogger().logger);
  const { url } = await start(name, guest);
  const ids = await idsOf(url, guest);
  expect(ids).toEqual(Array(3).fill('of-the-client'));
  for (const id of await Promise.all([{}, { 'x-request-id': 'a b' }].map((sent) => newIdOf(url, sent))))
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
});

async function newIdOf(url: string, headers: Record<string, string>) {
  return (await call(`${url}/ai/health`, 'GET', undefined, headers)).headers['x-request-id'];
}

it('an id of the application is kept: in its answer, or as that of the request', async () => {
  const { lines, logger } = appLogger();
  const guest = readyGuest(logger);
  const app = express();
  app.use((request, response, next) => {
    if (request.headers['x-by'] === 'answer') response.set('x-request-id', 'Root=1-2/3');
    if (request.headers['x-by'] === 'request') Object.assign(request, { id: 'seven' });
    next();
  });
  guest.attach(app);
  const server = app.listen(0);
  afterTest(async () => void server.close());
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  expect(await idsOf(url, guest, { ...SENT, 'x-by': 'answer' })).toEqual(Array(3).fill('Root=1-2/3'));
  const { headers } = await call(`${url}/ai/health`, 'GET', undefined, { ...SENT, 'x-by': 'request' });
  expect(headers['x-request-id']).toBe('seven');
  await eventually(async () => lines.some(({ request_id }) => request_id === 'seven'), 60);
});

it('lines about a request have its id, in the logger of the application', async () => {
  const lines: string[] = [];
  const app = Fastify({
    requestIdHeader: 'x-request-id',
    logger: { level: 'debug', stream: { write: (text: string) => void lines.push(text) } },
  });
  const authenticate = () => {
    throw new TypeError('the user database is away');
  };
  const guest = newGuest(() => ({ authenticate, database: { url: database.url }, logger: app.log }));
  guest.attach(app);
  afterTest(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  expect(await guest.ready()).toBe('ready');
  const { status, headers } = await call(`${url}${MODULE}/list`, 'GET', undefined, SENT);
  expect([status, headers['x-request-id']]).toEqual([503, 'of-the-client']);
  await eventually(async () => lines.some((line) => line.includes('"msg":"request"')), 60);
  const about = lines.filter((line) => line.includes('"request_id":"of-the-client"'));
  expect(about.map((line) => JSON.parse(line).msg)).toEqual(['authentication failed', 'request']);
  // Once in each.
  for (const line of about) expect(line.match(/"request_id":"of-the-client"/g)).toHaveLength(1);
});

it('a logger of an application has the fields of a request, a job or a trace', () => {
  const { lines, logger } = appLogger();
  const log = withFields(logger);
  const module = log.child({ module: 'invoices', job_id: 'own' });
  withLogFields({ request_id: 'r-1', job_id: 'j-1' }, () => {
    log.info('text %s', 'one');
    log.error(new TypeError('away'));
    module.warn({ request_id: 'mine' }, 'fields');
  });
  log.info('later');
  expect(lines.map(({ msg, request_id, job_id, err }) => [msg, request_id, job_id, (err as Line)?.type])).toEqual([
    ['text one', 'r-1', 'j-1', undefined],
    ['away', 'r-1', 'j-1', 'TypeError'],
    ['fields', 'mine', 'own', undefined],
    ['later', undefined, undefined, undefined],
  ]);
});
