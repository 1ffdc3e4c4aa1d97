import { trace } from '@opentelemetry/api';
import { node, tracing } from '@opentelemetry/sdk-node';
import Fastify from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { eventually } from '../postgres/host.ts';
import { call, closeAll, MODULE, newGuest, start } from './support.ts';

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
