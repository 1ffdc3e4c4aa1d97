import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/cli/output/version.ts';
import { databasePassword, missingServers, ScratchServices } from '../conformance/host/services.ts';
import { apps } from '../core/attach/apps.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { type FakeIoOptions, runIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

type Environment = FakeIoOptions['env'];

/** A host of Fastify in which nothing is wrong. Port 0 is always free. */
async function healthyHost(): Promise<string> {
  const root = await newHost('fastify');
  const runtime = join(root, 'node_modules/ai-module-runtime');
  mkdirSync(runtime, { recursive: true });
  writeFileSync(join(runtime, 'package.json'), JSON.stringify({ name: 'ai-module-runtime', version }));
  return root;
}

async function doctorIn(root: string, env: Environment = {}) {
  const { code, out, err } = await runIn(root, ['doctor'], { env: { PORT: '0', ...env } });
  expect(out + err).not.toContain(databasePassword);
  return { code, out };
}

const listening = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** The port of a server that accepts connections and never answers. */
function silentPort(): Promise<number> {
  const server = createServer(() => {});
  servers.push(server);
  return listening(server);
}

/** The port of a server that answers every request alike. */
function answeringPort(status: number, body: object): Promise<number> {
  const server = createHttpServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  servers.push(server);
  return listening(server);
}

describe('doctor', () => {
  it('finds no problems in a host that can run, and writes nothing', async () => {
    const root = await healthyHost();
    const before = snapshot(root);
    const { code, out } = await doctorIn(root);
    expect(out).toMatch(/^ok {7}database {4}embedded PostgreSQL, started by the host$/m);
    expect(out).toMatch(/^ok {7}versions {4}ai-module-runtime \S+ is installed$/m);
    expect(out).toMatch(/No problems were found\.\n$/);
    expect([code, snapshot(root)]).toEqual([0, before]);
  });

  it.each(['fastify', 'fastapi'])(
    'reports that nothing is installed, with the commands to run, on %s',
    async (stack) => {
      const { code, out } = await doctorIn(await newHost(stack));
      expect(code).toBe(1);
      expect(out).toMatch(/^problem {2}versions {4}ai-module-runtime is not installed\.\n {21}.*(npm|pip) install/m);
      expect(out).toMatch(/1 problem\.\n$/);
    },
  );

  it('reports an older runtime that is installed, and one that the host depends on', async () => {
    const root = await healthyHost();
    const file = join(root, 'node_modules/ai-module-runtime/package.json');
    writeFileSync(file, JSON.stringify({ version: '0.2.0-dev.1' }));
    expect((await doctorIn(root)).out).toContain(`ai-module-runtime 0.2.0-dev.1 is installed, but the host depends on`);
    writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies: { 'ai-module-runtime': '0.2.0-dev.1' } }));
    expect((await doctorIn(root)).out).toMatch(/0\.2\.0-dev\.1: .*\n {21}Run `create-ai-module update --host`\./);
  });

  it('reports missing programs', async () => {
    const { code, out } = await doctorIn(await healthyHost(), { PATH: tempFolder() });
    expect(code).toBe(1);
    expect(out).toContain('Node.js was not found.');
    expect(out).toContain('npm, the package manager of the host, was not found.');
  });

  it.each<[string, Environment, string]>([
    ['no database in production', { NODE_ENV: 'production' }, 'AI_DATABASE_URL is not set, which production needs.'],
    [
      'an address of something else',
      { AI_DATABASE_URL: 'mysql://u:secret-word@x/y' },
      'not the address of a PostgreSQL',
    ],
    ['no address', { DATABASE_URL: 'secret-word' }, 'not the address of a PostgreSQL database'],
    ['a broken escape', { DATABASE_URL: 'postgres://u:secret-word%@x/y' }, 'not the address of a PostgreSQL database'],
    [
      'an unknown machine',
      { DATABASE_URL: 'postgres://u:secret-word@no.invalid/y' },
      'PostgreSQL at no.invalid:5432: ',
    ],
    [
      'nothing at the port',
      { DATABASE_URL: 'postgres://u:secret-word@127.0.0.1:1/y' },
      '127.0.0.1:1: nothing listens there',
    ],
    ['no socket', { DATABASE_URL: 'postgres:///y?host=/no/where' }, '/no/where/.s.PGSQL.5432: nothing listens there'],
    ['a port that is no number', { PORT: 'secret-word' }, 'PORT is not a number from 0 to 65535.'],
  ])('reports %s, with a fix and without the value', async (_, env, message) => {
    const { code, out } = await doctorIn(await healthyHost(), env);
    expect([code, out]).toEqual([1, expect.stringContaining(message)]);
    expect(out).toMatch(/^ {21}\S/m);
    expect(out).not.toContain('secret-word');
  });

  it('reads .env, and the environment wins', async () => {
    const root = await healthyHost();
    writeFileSync(join(root, '.env'), 'DATABASE_URL=postgres://u:p@127.0.0.1:1/y\n');
    expect((await doctorIn(root)).code).toBe(1);
    expect((await doctorIn(root, { DATABASE_URL: '' })).code).toBe(0);
  });

  it('does not wait for a server that never answers', async () => {
    const port = await silentPort();
    const silent = { DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/y`, PORT: `${port}` };
    const { code, out } = await doctorIn(await healthyHost(), silent);
    expect(code).toBe(1);
    expect(out).toContain(`PostgreSQL at 127.0.0.1:${port}: it does not answer within 4 seconds.`);
    expect(out).toContain(`Port ${port} is in use by another program.`);
  });

  it('says what a running host reports', async () => {
    const root = await healthyHost();
    const ready = await answeringPort(200, { status: 'ready' });
    expect((await doctorIn(root, { PORT: `${ready}` })).out).toContain(`the host on port ${ready} is ready`);
    const lost = await answeringPort(503, { error: { code: 'schema_missing' } });
    const { code, out } = await doctorIn(root, { PORT: `${lost}` });
    expect([code, out]).toEqual([1, expect.stringContaining(`The host on port ${lost} is not ready: schema_missing.`)]);
    const other = await answeringPort(404, {});
    expect((await doctorIn(root, { PORT: `${other}` })).out).toContain(`Port ${other} is in use by another program.`);
  });

  it.each(Object.keys(apps))('checks an attached application, on %s', async (name) => {
    const root = tempFolder();
    for (const [path, text] of Object.entries(apps[name] ?? {})) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    await runIn(root, ['host', 'attach', '--no-resolve', '--yes']);
    const { code, out } = await doctorIn(root, { PORT: '' });
    expect(code).toBe(1);
    expect(out).toContain('ai-module-runtime is not installed.');
    expect(out).toMatch(/^unknown {2}ports/m);
    const attachment = /^problem {2}versions {4}.*attached\.dir/m;
    expect(out).not.toMatch(attachment);
    rmSync(join(root, 'ai'), { recursive: true, force: true });
    rmSync(join(root, 'app/ai'), { recursive: true, force: true });
    rmSync(join(root, 'src/ai'), { recursive: true, force: true });
    expect((await doctorIn(root, { PORT: '' })).out).toMatch(attachment);
  });

  it('refuses arguments and a folder without a host', async () => {
    expect((await runIn(await newHost(), ['doctor', 'x'])).code).toBe(2);
    expect((await runIn(tempFolder(), ['doctor'])).code).toBe(2);
  });
});

const missing = missingServers(['postgres', 'redis-server']);

describe.skipIf(missing.length > 0 && !process.env.CI)('doctor, with real servers', () => {
  const services = new ScratchServices({ redis: true });
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    env = { ...(await services.fresh()) } as Record<string, string>;
  }, 120_000);
  afterAll(() => services.close());

  it('finds PostgreSQL and Redis, and Celery as the engine', async () => {
    const { out } = await doctorIn(await newHost('fastapi'), env);
    expect(out).toMatch(/^ok {7}database {4}PostgreSQL answers at 127\.0\.0\.1:\d+$/m);
    expect(out).toMatch(/^ok {7}engine {6}Celery runs the jobs, and Redis answers at 127\.0\.0\.1:\d+$/m);
  });

  it('reports a wrong password of Redis, and Redis in place of PostgreSQL', async () => {
    const redis = new URL(env.REDIS_URL as string);
    const wrong = { ...env, REDIS_URL: `redis://:wrong@127.0.0.1:${redis.port}/0` };
    const root = await newHost('fastapi');
    expect((await doctorIn(root, wrong)).out).toContain('Redis refuses the user or the password.');
    const swapped = { DATABASE_URL: `postgres://u:p@127.0.0.1:${redis.port}/y` };
    expect((await doctorIn(root, swapped)).out).toMatch(/^problem {2}database {4}PostgreSQL at 127/m);
    expect((await doctorIn(root, { REDIS_URL: env.REDIS_URL as string })).out).toContain(
      'AI_REDIS_URL is set without AI_DATABASE_URL.',
    );
  });
});
