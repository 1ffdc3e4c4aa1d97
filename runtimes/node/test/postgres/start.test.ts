import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts';
import {
  asUser,
  binaryPackage,
  dataFolder,
  installIn,
  isNightly,
  needsRoot,
  nobody,
  noProcessWith,
  packageName,
  query,
  readableApp,
  startHost,
  tempFolder,
  useHosts,
  withoutCapability,
} from './host.ts';

useHosts();

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

it('creates a database, and starts it again with its data', async () => {
  const dataDir = join(tempFolder(), '.data');
  const options = { dataDir, application: 'first' };
  const first = await startEmbeddedPostgres(options);
  await query(first.url, 'create table kept as select 7 as number');
  const [row] = await query(first.url, `select version(), lower('ÄÉ'), current_setting('listen_addresses') as tcp`);
  expect(row).toMatchObject({ version: expect.stringContaining('PostgreSQL 18'), lower: 'äé', tcp: '' });
  expect([mode(dataDir), mode(join(dataDir, 'pg')), mode(first.host)]).toEqual(['700', '700', '700']);
  // Git ignores the folder, also in an application that has no rule for it.
  expect(readFileSync(join(dataDir, '.gitignore'), 'utf8')).toBe('*\n');
  await first.stop();
  expect(existsSync(dirname(first.host))).toBe(false);
  const second = await startEmbeddedPostgres(options);
  expect(await query(second.url, 'select number from kept')).toEqual([{ number: 7 }]);
  await Promise.all([second.stop(), second.stop()]);
  await noProcessWith(dataDir);
});

const nasty = 'my ?data% 100%25 äöü #1 "q" \'s\' $(x) \\n;&';
const paths = isNightly
  ? [
      'with space',
      'a?b=c',
      '100%',
      '%2F',
      'äöü é',
      '日本',
      `${'long'.repeat(50)}`,
      `it's "quoted"`,
      '$HOME `x` \\',
      nasty,
    ]
  : [`${nasty}${'long'.repeat(37)}`];

it.each(paths)('starts in the folder %j', async (name) => {
  const dataDir = await dataFolder(`${name}/.data`);
  const server = await startEmbeddedPostgres({ dataDir, application: name });
  const joined = await startEmbeddedPostgres({ dataDir, application: name });
  expect(joined.isOwner).toBe(false);
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await joined.stop();
  await server.stop();
  await noProcessWith(dataDir);
});

it('starts below a home folder that only root may enter, and leaves its permissions', async (context) => {
  needsRoot(context);
  const home = tempFolder('/root');
  chmodSync(home, 0o700);
  const server = await startEmbeddedPostgres({ dataDir: join(home, 'app/.data'), application: 'first' });
  expect(server.folder).toBe(join(home, 'app/.data'));
  expect([mode(home), statSync(home).uid, statSync(join(home, 'app/.data/pg')).uid]).toEqual(['700', 0, nobody]);
  await query(server.url, 'select 1');
  await server.stop();
});

it('runs as an unprivileged user without the capability if that user can enter the folder', async (context) => {
  needsRoot(context);
  const dataDir = join(tempFolder(), '.data');
  const host = await startHost({ dataDir, from: readableApp() }, withoutCapability);
  expect(host).toMatchObject({ folder: dataDir, reports: [] });
  await query(host.url, 'select 1');
  await host.end();
});

it('uses a folder below /var/lib if the user can enter neither data nor binaries, and reports it once', async (context) => {
  needsRoot(context);
  const home = tempFolder('/root');
  chmodSync(home, 0o700);
  const dataDir = join(home, '.data');
  installIn(home);
  const host = await startHost({ dataDir, from: home }, withoutCapability);
  try {
    expect(host.folder).toMatch(/^\/var\/lib\/ai-module-runtime\/[0-9a-f]{16}$/);
    const message = `The embedded database is in ${host.folder}, because an unprivileged user can't enter ${dataDir}.`;
    expect(host.reports).toEqual([expect.stringMatching(/^The binaries of PostgreSQL are in/), message]);
    await query(host.url, 'create table kept (number int)');
    await host.end();
    const again = await startHost({ dataDir, from: home });
    expect(again.message).toBeUndefined();
    expect(again).toMatchObject({ folder: host.folder, reports: [] });
    await query(again.url, 'select from kept');
    await again.end();
  } finally {
    // Other tests may use the same folder at the same time.
    const [binaries = []] = host.reports.map((report) => /\/var\/lib\/ai-module-runtime\/[\w-]+/.exec(report) ?? []);
    for (const folder of [host.folder, ...binaries]) rmSync(folder, { recursive: true });
  }
});

it('asks for a database URL if data exists in a folder that the user cannot enter', async (context) => {
  needsRoot(context);
  const home = tempFolder('/root');
  chmodSync(home, 0o700);
  const dataDir = join(home, '.data');
  await (await startEmbeddedPostgres({ dataDir, application: 'first' })).stop();
  const host = await startHost({ dataDir, from: readableApp() }, withoutCapability);
  expect(host.message).toBe(
    `Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because an unprivileged user can't enter ${dataDir} without CAP_DAC_READ_SEARCH.`,
  );
});

it('runs as the user that runs the host, and as this user when root starts it later', async (context) => {
  needsRoot(context);
  const folder = tempFolder();
  chownSync(folder, nobody, nobody);
  const dataDir = join(folder, '.data');
  const host = await startHost({ dataDir, from: readableApp() }, asUser(nobody));
  expect(host).toMatchObject({ isOwner: true, folder: dataDir });
  expect(statSync(join(dataDir, 'pg')).uid).toBe(nobody);
  await host.end();
  const root = await startEmbeddedPostgres({ dataDir, application: 'first' });
  await query(root.url, 'select 1');
  await root.stop();
});

it('asks for a database URL if the data belongs to another user', async (context) => {
  needsRoot(context);
  const folder = await dataFolder();
  const host = await startHost({ dataDir: folder, from: readableApp() }, asUser(1));
  expect(host).toMatchObject({
    code: 'other_user',
    message: expect.stringContaining(`the data in ${folder}/pg belongs to another user.`),
  });
});

it('asks for a database URL if root cannot change its user, as in a container without capabilities', async (context) => {
  needsRoot(context);
  const host = await startHost({ dataDir: tempFolder() }, ['setpriv', '--bounding-set=-setuid', '--']);
  expect(host.message).toBe(
    "Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because root lacks the capabilities to run it as another user.",
  );
});

it('asks for a database URL if the user id has no name', async (context) => {
  needsRoot(context);
  const host = await startHost({ dataDir: tempFolder() }, asUser(54_321));
  expect(host.message).toBe(
    "Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because the user id 54321 has no name.",
  );
});

it('starts if the package was installed with --ignore-scripts', async () => {
  const app = tempFolder();
  const lib = join(installIn(app), 'native/lib');
  for (const name of ['libpq.so.5', 'libicuuc.so.60']) rmSync(join(lib, name), { force: true });
  const server = await startEmbeddedPostgres({ dataDir: join(app, '.data'), application: 'first', from: app });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
});

it('asks for a database URL if the package is not installed', async () => {
  const host = await startHost({ dataDir: tempFolder(), from: '/' });
  expect(host).toMatchObject({
    code: 'binaries_missing',
    message: expect.stringContaining(`${packageName} is not installed.`),
  });
});

it('asks for a database URL if the binaries cannot run, as on systems with musl', async () => {
  const app = tempFolder();
  const target = join(app, 'node_modules', packageName);
  for (const folder of ['dist', 'native/bin', 'native/lib']) mkdirSync(join(target, folder), { recursive: true });
  for (const name of ['package.json', 'dist/index.js']) cpSync(join(binaryPackage, name), join(target, name));
  for (const name of ['initdb', 'postgres']) {
    writeFileSync(join(target, 'native/bin', name), '#!/lib/no-such-loader\n', { mode: 0o755 });
  }
  const options = { dataDir: join(app, '.data'), application: 'first', from: app };
  const failure = {
    code: 'binaries_unusable',
    message: expect.stringContaining('its binaries need a system with glibc.'),
  };
  await expect(startEmbeddedPostgres(options)).rejects.toMatchObject(failure);
  mkdirSync(join(app, '.data/pg'), { recursive: true });
  writeFileSync(join(app, '.data/pg/PG_VERSION'), '18\n');
  await expect(startEmbeddedPostgres(options)).rejects.toMatchObject(failure);
  await noProcessWith(app);
});
