import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Guest, GuestOptions, GuestPorts } from '../../src/attach.cts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { eventually, query } from '../postgres/host.ts';
import { type Application, applications, shopperIn } from './applications.ts';
import * as support from './support.ts';
import { afterTest, call, closeAll, MODULE, start, WORK } from './support.ts';

// Applications start slowly on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  vi.stubEnv('AI_ROLE', 'all');
  vi.stubEnv('AI_LOG_LEVEL', 'silent');
});
afterEach(async () => {
  await closeAll();
  vi.unstubAllEnvs();
});

/** What the application gives to its guest. */
function shopPorts(): GuestPorts {
  return {
    authenticate: (request) => {
      const shopper = shopperIn(request);
      return shopper ? { id: shopper.name, isAdmin: shopper.boss, permissions: [] } : null;
    },
    may: (user, permission) => user.isAdmin || !permission.endsWith(':admin'),
    database: { url: database.url },
  };
}

function newGuest(options: Partial<GuestOptions<unknown>> = {}) {
  return support.newGuest(shopPorts, options);
}

const as = (name: string) => ({ 'x-token': name });

const OWN_REQUESTS = [
  ['GET', '/items/7'],
  ['POST', '/items', { name: 'lamp' }],
  ['POST', '/items', { name: 'x'.repeat(200) }],
  ['GET', '/nowhere'],
  ['GET', '/aix'],
  ['GET', '/AI/health'],
  ['GET', '/health'],
  ['GET', '/docs'],
  ['GET', '/routes'],
  ['OPTIONS', '/items/7'],
  ['OPTIONS', '/nowhere'],
  ['DELETE', '/items/7'],
  ['HEAD', '/items/7'],
] as const;

async function answersOf({ url }: Application) {
  const answers = [];
  for (const [method, path, body] of OWN_REQUESTS) {
    const { status, headers, text } = await call(`${url}${path}`, method, body, as('anna'));
    answers.push({ method, path, status, headers, text });
  }
  return answers;
}

describe.each(Object.keys(applications))('a guest in an application of %s', (name) => {
  it('runs jobs for users of the application, and changes none of its answers', async () => {
    const before = await answersOf(await start(name, undefined));
    const guest = newGuest();
    const application = await start(name, guest);
    const { url } = application;
    expect(await guest.ready()).toBe('ready');
    expect(await answersOf(application)).toEqual(before);

    expect(await call(`${url}${MODULE}/process`, 'POST', WORK)).toMatchObject({
      status: 401,
      body: { detail: 'not_authenticated' },
    });
    for (const token of ['inactive', 'deleted'])
      expect((await call(`${url}${MODULE}/process`, 'POST', WORK, as(token))).status).toBe(401);
    expect(await call(`${url}${MODULE}/process`, 'POST', WORK, as('banned'))).toMatchObject({
      status: 403,
      body: { detail: 'permission_denied' },
    });
    expect(await call(`${url}${MODULE}/process`, 'POST', WORK, as('broken'))).toMatchObject({
      status: 503,
      body: { detail: 'authentication_unavailable' },
    });
    const accepted = await call(`${url}${MODULE}/process`, 'POST', WORK, as('anna'));
    expect(accepted).toMatchObject({ status: 202, body: { status: 'pending' } });
    const location = accepted.headers.location ?? '';
    expect(location).toBe(`${MODULE}/status/${accepted.body.job_id}`);
    await eventually(async () => {
      const { body } = await call(`${url}${location}`, 'GET', undefined, as('anna'));
      return body.status === 'completed';
    }, 60);
    expect((await call(`${url}${location}`, 'GET', undefined, as('bob'))).status).toBe(403);
    if (name.startsWith('NestJS')) expect(accepted.headers).toMatchObject({ 'x-shop': 'open' });
    expect((await call(`${url}${MODULE}/admin/stats`, 'GET', undefined, as('anna'))).status).toBe(403);
    expect((await call(`${url}${MODULE}/admin/stats`, 'GET', undefined, as('carl'))).status).toBe(200);

    const large = { input_data: { lines: [{ text: 'x', amount: 1 }], step: 'x'.repeat(1_000) } };
    expect((await call(`${url}${MODULE}/process`, 'POST', large, as('anna'))).status).toBe(202);
    for (const path of ['/ai', '/ai/', '/ai/nowhere', '/ai?x=1', '/ai/items/7'])
      expect(await call(`${url}${path}`)).toMatchObject({ status: 404, body: { detail: 'not_found' } });
    const document = await call(`${url}/ai/openapi.json`);
    expect(document.body.servers).toEqual([{ url: '/ai' }]);
    expect(document.body.paths['/api/v1/modules/invoices/process'].post.operationId).toBe('invoices_process');
    const page = await call(`${url}/ai/docs`);
    expect(page.headers['content-type']).toContain('text/html');
    const script = /src="(\.[^"]+\/swagger-ui-bundle\.js)"/.exec(page.text)?.[1] ?? '';
    expect((await call(new URL(script, `${url}/ai/docs`).href)).status).toBe(200);

    await guest.eraseUser('anna');
    await eventually(async () => (await call(`${url}${location}`, 'GET', undefined, as('anna'))).status === 404, 60);
    await application.close();
    await eventually(async () => (await listeners()) === 0, 60);
  });
});

/** What an application sets for its own answers, and what it adds to all. */
const FOR_OWN_ANSWERS = { 'cache-control': 'public', etag: 'x', 'content-language': 'en' };
const FOR_ALL_ANSWERS = {
  'access-control-allow-origin': '*',
  'set-cookie': 'a=1',
  'x-request-id': '7',
  vary: 'Origin',
};

async function expectOwnAnswers(url: string, guest: Guest<unknown>): Promise<void> {
  expect(await guest.ready()).toBe('ready');
  expect((await call(`${url}/own`)).headers).toMatchObject({ 'cache-control': 'public', 'x-request-id': '7' });
  for (const path of ['/ai/openapi.json', '/ai/health', '/ai/nowhere']) {
    const { headers, body } = await call(`${url}${path}`);
    expect(headers).toMatchObject(FOR_ALL_ANSWERS);
    for (const name of [...Object.keys(FOR_OWN_ANSWERS), 'content-encoding']) expect(headers).not.toHaveProperty(name);
    expect(body).not.toHaveProperty('data');
  }
}

/** Compresses answers as packages for Express do: it replaces methods of the response. */
function compress(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const end = response.end.bind(response) as (body: unknown) => ServerResponse;
  Object.assign(response, {
    end: (body: string) => {
      if (!request.headers['accept-encoding'] || body === undefined) return end(body);
      response.removeHeader('content-length');
      response.setHeader('content-encoding', 'gzip');
      return end(gzipSync(body));
    },
  });
  next();
}

/** Connections of guests that listen for work. */
async function listeners(): Promise<number> {
  const rows = await query(
    database.url,
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and query ilike 'listen%'",
  );
  return rows[0]?.n as number;
}

describe('a guest', () => {
  it('runs a job for the token of a check, if the variable is set', async () => {
    const token = 't'.repeat(32);
    const send = async (url: string, given: string | undefined) =>
      call(`${url}${MODULE}/process`, 'POST', WORK, given === undefined ? {} : { 'ai-check-token': given });
    const without = newGuest();
    const first = await start('Express 5', without);
    expect(await without.ready()).toBe('ready');
    for (const given of [token, '']) expect((await send(first.url, given)).status).toBe(401);
    await first.close();
    vi.stubEnv('AI_CHECK_TOKEN', token);
    const guest = newGuest();
    const { url } = await start('Express 5', guest);
    expect(await guest.ready()).toBe('ready');
    for (const given of [undefined, 'x'.repeat(32), '']) expect((await send(url, given)).status).toBe(401);
    const accepted = await send(url, token);
    expect(accepted.status).toBe(202);
    const impostor = await call(`${url}${MODULE}/admin/stats`, 'GET', undefined, as('create-ai-module-check'));
    expect(impostor.status).toBe(401);
    const { body } = await call(`${url}${accepted.headers.location}`, 'GET', undefined, { 'ai-check-token': token });
    expect(body.user_id).toBe('create-ai-module-check');
  });

  it.each(['off', ''])('does nothing with the role %j in tests', async (role) => {
    vi.stubEnv('AI_ROLE', role);
    const guest = newGuest({ ports: () => expect.fail('the ports were read') });
    const { url } = await start('Express 5', guest);
    expect(guest.role).toBe('off');
    expect(await guest.ready()).toBe('off');
    expect((await call(`${url}/ai/health`)).body).toEqual({ shop: 'no /ai/health' });
    await guest.eraseUser('anna');
  });

  it('serves nothing as a worker', async () => {
    vi.stubEnv('AI_ROLE', 'worker');
    const guest = newGuest();
    const { url } = await start('Fastify 5', guest);
    expect(await guest.ready()).toBe('ready');
    expect((await call(`${url}/ai/health`)).body).toEqual({ shop: 'no /ai/health' });
  });

  it('runs no jobs as a web process', async () => {
    vi.stubEnv('AI_ROLE', 'web');
    const guest = newGuest();
    const { url } = await start('Fastify 5', guest);
    expect(await guest.ready()).toBe('ready');
    expect(await listeners()).toBe(0);
    expect((await call(`${url}/ai/health`)).body.modules).toEqual({ invoices: 'ready' });
  });

  it('works where Express has mounted it, or the application', async () => {
    const { default: express } = await import('express');
    const guest = newGuest();
    const inner = express();
    inner.use(guest.handler);
    const app = express();
    app.use('/backend', inner);
    app.use('/ai', guest.handler);
    guest.start(app);
    const server = app.listen(0);
    afterTest(async () => void server.close());
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    expect(await guest.ready()).toBe('ready');
    for (const base of ['', '/backend']) {
      expect((await call(`${url}${base}/ai/health`)).status).toBe(200);
      const { headers } = await call(`${url}${base}${MODULE}/process`, 'POST', WORK, as('anna'));
      expect(headers.location).toMatch(new RegExp(`^${base}${MODULE}/status/`));
    }
  });

  it('leaves the routes alone of an application that is mounted at a path like its prefix', async () => {
    const { default: express } = await import('express');
    const guest = newGuest();
    const inner = express();
    guest.attach(inner);
    inner.get('/items', (_request, response) => void response.json(['paper']));
    const server = express().use('/v1/ai', inner).listen(0);
    afterTest(async () => void server.close());
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1/ai`;
    expect(await guest.ready()).toBe('ready');
    expect((await call(`${url}/items`)).body).toEqual(['paper']);
    expect((await call(`${url}/ai/health`)).status).toBe(200);
  });

  it('works below the prefix of a plugin of Fastify', async () => {
    const { default: Fastify } = await import('fastify');
    const guest = newGuest();
    const app = Fastify();
    app.register(async (scope) => guest.attach(scope), { prefix: '/backend' });
    afterTest(() => app.close());
    const url = await app.listen({ port: 0 });
    expect(await guest.ready()).toBe('ready');
    const { headers } = await call(`${url}/backend${MODULE}/process`, 'POST', WORK, as('anna'));
    expect(headers.location).toMatch(new RegExp(`^/backend${MODULE}/status/`));
    expect((await call(`${url}/ai/health`)).body.message).toContain('not found');
  });

  it('reads a body that the application has parsed', async () => {
    const { default: express } = await import('express');
    const guest = newGuest();
    const app = express();
    app.use(express.json());
    guest.attach(app);
    const server = app.listen(0);
    afterTest(async () => void server.close());
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    expect(await guest.ready()).toBe('ready');
    expect((await call(`${url}${MODULE}/process`, 'POST', WORK, as('anna'))).status).toBe(202);
    expect((await call(`${url}${MODULE}/process`, 'POST', { input_data: {} }, as('anna'))).status).toBe(422);
  });

  it('gives the headers that hooks of Fastify have set', async () => {
    const guest = newGuest();
    const { url } = await start('Fastify 5', guest);
    expect(await guest.ready()).toBe('ready');
    expect((await call(`${url}/ai/health`)).headers['x-shop']).toBe('open');
  });

  it('keeps hooks of Fastify away from its answers', async () => {
    const { default: Fastify } = await import('fastify');
    const guest = newGuest();
    const app = Fastify();
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers({ ...FOR_OWN_ANSWERS, ...FOR_ALL_ANSWERS });
    });
    app.addHook('onSend', async (_request, _reply, payload) => JSON.stringify({ data: payload }));
    guest.attach(app);
    app.get('/own', async () => ({ id: 7 }));
    afterTest(() => app.close());
    await expectOwnAnswers(await app.listen({ port: 0 }), guest);
  });

  it('keeps middleware of Express away from its answers', async () => {
    const { default: express } = await import('express');
    const guest = newGuest();
    const app = express();
    app.use((_request, response, next) => {
      response.set({ ...FOR_OWN_ANSWERS, ...FOR_ALL_ANSWERS });
      next();
    });
    app.use(compress);
    guest.attach(app);
    app.get('/own', (_request, response) => void response.json({ id: 7 }));
    const server = app.listen(0);
    afterTest(async () => void server.close());
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    expect((await call(`${url}/own`)).headers['content-encoding']).toBe('gzip');
    await expectOwnAnswers(url, guest);
  });

  it('keeps middleware of Koa away from its answers', async () => {
    const { default: Koa } = await import('koa');
    const guest = newGuest();
    const app = new Koa();
    app.use(async (context, next) => {
      context.set(FOR_ALL_ANSWERS);
      await next();
      context.set(FOR_OWN_ANSWERS);
      context.body = { data: context.body };
    });
    guest.attach(app);
    app.use((context) => {
      context.body = { id: 7 };
    });
    const server = app.listen(0);
    afterTest(async () => void server.close());
    await expectOwnAnswers(`http://127.0.0.1:${(server.address() as { port: number }).port}`, guest);
  });

  it.each(['Fastify 5', 'Express 5', 'NestJS on Fastify', 'Koa', 'node:http'])(
    'knows its prefix in addresses with escapes, in an application of %s',
    async (name) => {
      const guest = newGuest();
      const { url } = await start(name, guest);
      expect(await guest.ready()).toBe('ready');
      for (const path of ['/%61i/health', '/%61%69/health?x=1', '/ai/he%61lth', '/ai/health'])
        expect([path, (await call(`${url}${path}`)).status]).toEqual([path, 200]);
      for (const path of ['//ai/health', '/ai%2Fhealth', '/ai%', '/x/../%2561i/health', '/%61ix/health'])
        expect([path, (await call(`${url}${path}`)).body.modules]).toEqual([path, undefined]);
    },
  );

  it('answers 503 if the user can not be found out', async () => {
    const odd: Record<string, () => unknown> = {
      text: () => 'anna',
      true: () => true,
      'no id': () => ({ permissions: [], isAdmin: false }),
      'a number': () => ({ id: 5, permissions: [], isAdmin: false }),
      'an empty id': () => ({ id: '', permissions: [], isAdmin: false }),
      'a long id': () => ({ id: 'x'.repeat(256), permissions: [], isAdmin: false }),
      'an id with NUL': () => ({ id: 'an\0na', permissions: [], isAdmin: false }),
      'half a character': () => ({ id: '\ud800', permissions: [], isAdmin: false }),
      'permissions in a text': () => ({ id: 'anna', permissions: 'invoices:*', isAdmin: false }),
      'a flag in a text': () => ({ id: 'anna', permissions: [], isAdmin: 'false' }),
      'a rejection without an error': () => Promise.reject(undefined),
      'an error of the database': () => Promise.reject(new Error('the user database is away')),
      'no answer': () => new Promise(() => {}),
    };
    const authenticate = ({ headers }: { headers: object }) =>
      odd[(headers as Record<string, string>)['x-token'] ?? '']?.();
    const guest = newGuest({ ports: () => ({ ...shopPorts(), authenticate: authenticate as never }) });
    const { url } = await start('Express 5', guest);
    expect(await guest.ready()).toBe('ready');
    await Promise.all(
      Object.keys(odd).map(async (token) => {
        const { status, body } = await call(`${url}${MODULE}/process`, 'POST', WORK, as(token));
        expect([token, status, body]).toEqual([token, 503, { detail: 'authentication_unavailable' }]);
      }),
    );
    expect((await call(`${url}/items/7`)).status).toBe(200);
  });

  it('starts and stops with each of the applications that it is attached to', async () => {
    const { default: Fastify } = await import('fastify');
    const apps = ['anna', 'bob'].map((name) => Object.assign(Fastify(), { name }));
    const guest = newGuest({
      ports: (app) => ({
        ...shopPorts(),
        authenticate: () => ({ id: (app as { name: string }).name, isAdmin: true, permissions: [] }),
      }),
    });
    const urls: string[] = [];
    for (const app of apps) {
      guest.attach(app);
      afterTest(() => app.close());
      urls.push(await app.listen({ port: 0 }));
      expect(await guest.ready()).toBe('ready');
    }
    const [first, second] = urls;
    const userOf = async (url = '') => {
      const { body } = await call(`${url}${MODULE}/process`, 'POST', WORK);
      return (await call(`${url}${MODULE}/status/${body.job_id}`)).body.user_id;
    };
    expect([await userOf(first), await userOf(second)]).toEqual(['anna', 'bob']);
    await apps[0]?.close();
    expect(await userOf(second)).toBe('bob');
    await guest.eraseUser('carl');
  });

  it('starts again with another server of an application of Express', async () => {
    const { default: express } = await import('express');
    const guest = newGuest();
    const app = express();
    guest.attach(app);
    const listen = () => {
      const server = app.listen(0);
      return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/ai/health`, server };
    };
    const [one, two] = [listen(), listen()];
    expect(await guest.ready()).toBe('ready');
    const close = async ({ server }: typeof one) => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    for (const { url } of [one, two]) expect((await call(url)).status).toBe(200);
    await close(one);
    expect((await call(two.url)).status).toBe(200);
    await close(two);
    const three = listen();
    afterTest(() => close(three));
    expect((await call(three.url)).status).toBe(503);
    expect(await guest.ready()).toBe('ready');
    expect((await call(three.url)).status).toBe(200);
  });

  it('can be started while it stops', async () => {
    const { default: express } = await import('express');
    const app = express();
    const guest = newGuest();
    guest.start(app);
    expect(await guest.ready()).toBe('ready');
    const stopped = guest.stop();
    guest.start(app);
    await stopped;
    expect(await guest.ready()).toBe('ready');
    await guest.eraseUser('carl');
  });

  it('reads its role when it is attached, and reports what is not an application', async () => {
    vi.stubEnv('AI_ROLE', 'off');
    const guest = newGuest();
    vi.stubEnv('AI_ROLE', 'all');
    expect(guest.role).toBe('all');
    const messages = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    guest.attach(undefined as never);
    guest.attach({});
    expect(messages.mock.calls.join()).toMatch(/not attached.*undefined is not an application[\s\S]*not attached/);
    messages.mockRestore();
    await start('Express 5', guest);
    expect(await guest.ready()).toBe('ready');
  });

  it('is attached once, however often that is done', async () => {
    const guest = newGuest();
    const { default: Fastify } = await import('fastify');
    const app = Fastify();
    guest.attach(app);
    guest.attach(app);
    afterTest(() => app.close());
    await app.ready();
    expect(await guest.ready()).toBe('ready');
  });

  it('leaves routes of the application alone', async () => {
    const { default: Fastify } = await import('fastify');
    const app = Fastify();
    app.get('/ai/*', async () => 'mine');
    const messages = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    newGuest().attach(app);
    afterTest(() => app.close());
    const url = await app.listen({ port: 0 });
    expect((await call(`${url}/ai/health`)).text).toBe('mine');
    expect(messages.mock.calls.join()).toContain('the application has routes below /ai');
    messages.mockRestore();
  });

  it('refuses requests with a cookie from pages of other origins', async () => {
    const guest = newGuest({ ports: () => ({ ...shopPorts(), cookies: true, origins: ['https://app.example.com'] }) });
    const { url } = await start('Express 5', guest);
    expect(await guest.ready()).toBe('ready');
    const status = async (headers: Record<string, string>) => {
      const { status, body } = await call(`${url}${MODULE}/process`, 'POST', WORK, { ...as('anna'), ...headers });
      return status === 202 ? status : body.detail;
    };
    expect((await call(`${url}${MODULE}/process`, 'POST', WORK)).status).toBe(401);
    expect(await status({})).toBe('cross_origin');
    expect(await status({ origin: 'null' })).toBe('cross_origin');
    expect(await status({ origin: 'https://evil.example.com' })).toBe('cross_origin');
    expect(await status({ origin: url.replace('http:', 'https:') })).toBe(202);
    expect(await status({ origin: 'https://app.example.com' })).toBe(202);
    expect(await status({ authorization: 'Bearer x' })).toBe(202);
    expect((await call(`${url}${MODULE}/list`, 'GET', undefined, as('anna'))).status).toBe(200);
  });
});
