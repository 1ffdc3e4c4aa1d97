import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type App, apps, express, fastapi, fastify, nestjs } from '../core/attach/apps.ts';
import { makeReadOnly, mount } from '../io/mount.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { mini } from './hosts.ts';

const attach = ['host', 'attach', '--no-resolve'];

function write(app: App, root = tempFolder()): string {
  for (const [path, text] of Object.entries(app)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const dirs: Readonly<Record<string, string>> = {
  fastapi: 'app/ai',
  fastify: 'src/ai',
  express: 'ai',
  nestjs: 'src/ai',
};
const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');

describe.each(Object.keys(apps))('an application of %s', (name) => {
  const app = apps[name] as App;
  const dir = dirs[name] as string;

  it('is attached, gets a module, and is detached to what it was before, with its modes', async () => {
    const root = write({ ...app, 'run.sh': '#!/bin/sh\n' });
    chmodSync(join(root, 'run.sh'), 0o755);
    const [changed = ''] = Object.keys(app).filter((path) => /main|server\.(js|ts)$/.test(path));
    chmodSync(join(root, changed), 0o755);
    const before = snapshot(root);
    expect((await succeedIn(root, [...attach, '--yes'])).out).toMatch(
      /^Attached .*: \d+ files created, \d files changed\n$/,
    );
    const answers = ['--input', 'text:string', '--output', 'total:number', '--yes'];
    const made = await succeedIn(root, ['new', 'invoices', ...answers]);
    expect(made.err).toMatch(new RegExp(`^Host: .* \\(${name}: `, 'im'));
    expect(made.err).toMatch(new RegExp(`^Module invoices for ${name}, `, 'im'));
    expect(existsSync(join(root, dir, 'modules/invoices/manifest.yaml'))).toBe(true);
    // Else tsx runs modules and the runtime in them as CommonJS, so that there are two copies of the runtime.
    if (name !== 'fastapi') expect(read(root, `${dir}/modules/package.json`)).toBe('{ "type": "module" }\n');
    // As the tests of modules do.
    write({ [`${dir}/modules/node_modules/.vite/results.json`]: '{}' }, root);
    const detached = await succeedIn(root, ['host', 'detach', '--no-resolve', '--yes']);
    expect(detached.err).toContain('The tables stay in the database.');
    expect(snapshot(root)).toEqual(before);
  });

  it('shows the plan that it applies', async () => {
    const root = write(app);
    const before = snapshot(root);
    const shown = JSON.parse((await succeedIn(root, [...attach, '--json'])).out);
    expect(await succeedIn(root, [...attach, '--diff'])).toMatchObject({
      out: expect.stringContaining('+++ b/ai-modules.yaml'),
    });
    await succeedIn(root, [...attach, '--dry-run', '--yes']);
    expect(snapshot(root)).toEqual(before);
    const written = JSON.parse((await succeedIn(root, [...attach, '--json', '--yes'])).out);
    expect(written).toEqual({ ...shown, written: true });
    for (const { path, content, bytes } of written.changes)
      if (bytes === undefined) expect(read(root, path)).toBe(content);
  });

  it('works with the other commands', async () => {
    const root = write(app);
    await succeedIn(root, [...attach, '--yes']);
    const attached = snapshot(root);
    await succeedIn(root, ['new', 'invoices', '--yes']);
    await succeedIn(root, ['new', 'orders', '--yes']);
    await succeedIn(root, ['add', 'endpoint', 'POST /preview', '--module', 'orders', '--yes']);
    expect((await succeedIn(root, ['validate'])).out).toContain('2 manifests valid');
    expect((await succeedIn(root, ['update', '--host-files', '--check'])).out).toContain('everything is up to date');
    expect((await succeedIn(root, ['status', '--host-files'])).out).toMatch(/ai-module-runtime \S+ +clean/);
    await succeedIn(root, ['undo', '--yes']);
    rmSync(join(root, dir, 'modules/invoices'), { recursive: true });
    rmSync(join(root, dir, 'modules/orders'), { recursive: true });
    rmSync(join(root, dir, 'modules/manifest.schema.json'), { force: true });
    const { '.create-ai-module/last-update.json': _, ...now } = snapshot(root);
    const { '.create-ai-module/last-update.json': __, ...then } = attached;
    expect(now).toEqual(then);
  });

  it('is as before after undo', async () => {
    const root = write(app);
    const before = Object.entries(snapshot(root)).filter(([path]) => !path.endsWith('/'));
    await succeedIn(root, [...attach, '--yes']);
    await succeedIn(root, ['undo', '--yes']);
    rmSync(join(root, '.create-ai-module'), { recursive: true });
    expect(Object.entries(snapshot(root)).filter(([path]) => !path.endsWith('/'))).toEqual(before);
  });
});

describe('host attach', () => {
  it('is refused the second time, and for a generated host', async () => {
    const root = write(fastapi);
    await succeedIn(root, [...attach, '--yes']);
    const before = snapshot(root);
    const { code, err } = await runIn(root, [...attach, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('is attached already')]);
    expect(snapshot(root)).toEqual(before);
    const host = tempFolder();
    await succeedIn(host, ['host', 'init', '.', '--stack', 'fastify', '--yes']);
    expect((await runIn(host, [...attach, '--yes'])).err).toContain('is a host already');
  });

  it('is refused in a folder inside, unless that is an application of its own', async () => {
    const root = write(fastapi);
    await succeedIn(root, [...attach, '--yes']);
    const inside = await runIn(join(root, 'app'), [...attach, '--yes']);
    expect([inside.code, inside.err]).toEqual([2, expect.stringContaining(`${root} is attached already.`)]);
    const own = write(fastify, join(root, 'services/web'));
    await succeedIn(own, [...attach, '--yes']);
    expect((await runIn(join(root, 'app'), ['host', 'detach'])).err).toContain('the one with its ai-modules.yaml');
  });

  it('lets git keep the archive, and restores .gitignore', async () => {
    const root = write({ ...fastify, '.gitignore': 'dist\n*.tgz\ncoverage\n' });
    await succeedIn(root, [...attach, '--yes']);
    expect(read(root, '.gitignore')).toBe('dist\n*.tgz\n!vendor/ai-module-runtime-*.tgz\ncoverage\n');
    await succeedIn(root, ['host', 'detach', '--no-resolve', '--yes']);
    expect(read(root, '.gitignore')).toBe('dist\n*.tgz\ncoverage\n');
    const folder = write({ ...fastify, '.gitignore': 'vendor/\n' });
    const { err } = await succeedIn(folder, [...attach, '--yes']);
    expect(err).toContain('.gitignore:1 ignores the archive: replace that line with vendor/* and !vendor/');
    expect(read(folder, '.gitignore')).toBe('vendor/\n');
  });

  it('writes nothing without consent', async () => {
    const root = write(fastify);
    const before = snapshot(root);
    const { code } = await runIn(root, attach);
    expect(code).toBe(2);
    expect(snapshot(root)).toEqual(before);
  });

  it.each<[string, App, readonly string[], string]>([
    ['an empty folder', {}, [], 'no FastAPI, Fastify, Express or NestJS application was found'],
    [
      'an application that is never made',
      { 'requirements.txt': 'fastapi\n' },
      [],
      'no file makes an application object',
    ],
    ['a folder ai of the user', { ...fastapi, 'app/ai/x.py': '' }, [], 'app/ai exists already'],
    ['a file of ours', { ...fastapi, 'app/ai/host.py': '' }, ['--dir', 'app/ai'], 'app/ai exists already'],
    ['an unknown entry point', fastapi, ['--entry', 'x.py'], 'must be one of app/main.py:app'],
    [
      'two applications without a choice',
      {
        'a.py': 'from fastapi import FastAPI\nx = FastAPI()\n',
        'b.py': 'from fastapi import FastAPI\ny = FastAPI()\n',
        'requirements.txt': 'fastapi\n',
      },
      [],
      '--entry (a.py:x, b.py:y) is missing',
    ],
    ['a prefix that is no path', fastapi, ['--prefix', 'ai'], 'must be a path like /ai'],
    ['a prefix that leads up', fastapi, ['--prefix', '/x/..'], 'must be a path like /ai'],
    ['a folder outside', fastapi, ['--dir', '../ai'], 'must be a folder in the application'],
    ...['.', 'src/.', '.git', 'vendor', 'x/node_modules/y', '-x'].map((dir): [string, App, string[], string] => [
      `the folder ${dir}`,
      express,
      ['--dir', dir],
      'must be a folder in the',
    ]),
    ['an unknown database', fastapi, ['--database', 'redis'], 'must be app or own'],
    ['MySQL as the database', express, ['--database', 'app'], 'Pass --database own'],
    ['unknown migrations', fastapi, ['--migrations', 'x'], 'must be runtime or app'],
    ['a missing migration tool', express, ['--migrations', 'app'], 'No migrations of the application were found'],
    ['a function of Node', fastify, ['--user', 'src/users.ts:find'], 'must be one of package.json:jwtVerify, none'],
    ['an unknown function', fastapi, ['--user', 'x'], 'must be none, or a file and a function'],
    ['a function of a missing file', fastapi, ['--user', 'app/x.py:y'], 'app/x.py does not define y'],
    ['a function that a file does not have', fastapi, ['--user', 'app/api.py:get'], 'app/api.py does not define get'],
    [
      'an administrator without a user',
      fastapi,
      ['--user', 'none', '--admin', 'user.x'],
      'no function returns the user',
    ],
    [
      'an administrator by an id',
      { ...express, 'server.js': (express['server.js'] ?? '').replace('session.user)', 'session.userId)') },
      ['--admin', 'user.x'],
      'server.js:session.userId has only the id of the user',
    ],
    ['an assignment for administrators', fastapi, ['--admin', "user.role = 'admin'"], 'must be an expression'],
    ['half an expression for administrators', fastapi, ['--admin', 'user.x or ('], 'must be an expression'],
    ['several expressions for administrators', fastapi, ['--admin', 'user.x); exit('], 'must be an expression'],
  ])('refuses %s with one message, and writes nothing', async (_, app, flags, message) => {
    const root = write(app);
    const before = snapshot(root);
    const { code, err } = await runIn(root, [...attach, ...flags, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(snapshot(root)).toEqual(before);
  });

  it('refuses a package.json that is not JSON', async () => {
    const root = write({ ...fastify, 'package.json': '{ "dependencies": { "fastify": "5" }, }' });
    const before = snapshot(root);
    const { code, err } = await runIn(root, [...attach, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('package.json cannot be read: it is not JSON')]);
    expect(snapshot(root)).toEqual(before);
  });

  it('names source files that are not UTF-8 if no application is found', async () => {
    const root = write(fastapi);
    writeFileSync(join(root, 'app/main.py'), Buffer.from('# caf\xe9\n', 'latin1'));
    const { code, err } = await runIn(root, [...attach, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('not readable as UTF-8: app/main.py')]);
  });

  it('keeps the mode of read-only files, and says that other changes were not committed', async () => {
    const root = write(fastapi);
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    chmodSync(join(root, 'app/main.py'), 0o444);
    expect((await succeedIn(root, [...attach, '--yes'])).err).toContain('The working tree had uncommitted changes');
    expect(statSync(join(root, 'app/main.py')).mode & 0o777).toBe(0o444);
  });

  it('writes nothing to a file system that is read-only', async (context) => {
    const root = mount(context, 'size=8m');
    write(fastapi, root);
    makeReadOnly(root);
    const before = snapshot(root);
    const { code, err } = await runIn(root, [...attach, '--yes']);
    expect([code, err]).toEqual([3, expect.stringMatching(/read-only file system/i)]);
    expect(err.match(/^error /gm)).toHaveLength(1);
    expect(snapshot(root)).toEqual(before);
  });

  it.each<[string, App, string]>([
    ['Python', { ...fastapi, 'app/main.py': 'from fastapi import FastAPI\n\napp = FastAPI(\n' }, 'app/main.py'],
    [
      'TypeScript',
      { ...fastify, 'src/server.ts': "import Fastify from 'fastify'\nconst app = Fastify(\n" },
      'src/server.ts',
    ],
  ])('does not edit a file of %s with a syntax error where the application is made', async (_, app, path) => {
    const root = write(app);
    const { err } = await succeedIn(root, [...attach, '--yes']);
    expect(err).toContain(`Add to ${path} yourself (there is a syntax error):`);
    expect(read(root, path)).toBe(app[path]);
  });

  it('edits a file with a byte order mark and line endings of Windows', async () => {
    const text = '\ufefffrom fastapi import FastAPI\r\n\r\napp = FastAPI()\r\n';
    const root = write({ ...fastapi, 'app/main.py': text });
    await succeedIn(root, [...attach, '--yes']);
    expect(read(root, 'app/main.py')).toBe(
      '\ufefffrom fastapi import FastAPI\r\n\r\nfrom app.ai.attachment import attach\r\n\r\napp = FastAPI()\r\nattach(app)\r\n',
    );
  });

  it('writes nothing if the dependencies cannot be resolved', async () => {
    // The package manager is not installed.
    const root = write({ ...fastify, 'bun.lock': '' });
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['host', 'attach', '--yes'], { env: { PATH: '' } });
    expect([code, err]).toEqual([2, expect.stringContaining('bun install --lockfile-only --ignore-scripts failed')]);
    expect(snapshot(root)).toEqual(before);
  });

  it('writes nothing if a file was changed after it was read', async () => {
    const root = write({ ...fastify, 'bun.lock': '' });
    const bin = write({ bun: '#!/bin/sh\necho "// mine" >> "$EDITED"\n' });
    chmodSync(join(bin, 'bun'), 0o755);
    vi.stubEnv('PATH', bin);
    vi.stubEnv('EDITED', join(root, 'src/server.ts'));
    const { code, err } = await runIn(root, ['host', 'attach', '--yes']);
    vi.unstubAllEnvs();
    expect([code, err]).toEqual([3, expect.stringContaining('src/server.ts')]);
    expect(existsSync(join(root, 'ai-modules.yaml'))).toBe(false);
  });

  it('asks which application gets the modules, on a terminal', async () => {
    const text = (name: string) => `from fastapi import FastAPI\n\n${name} = FastAPI()\n`;
    const root = write({ 'requirements.txt': 'fastapi\n', 'a.py': text('x'), 'b.py': text('y') });
    const { asked } = await succeedIn(root, attach, { replies: { 'Which application': 'b.py:y', Write: true } });
    expect(asked).toEqual(['Which application gets the modules?', 'Write these files?']);
    expect(read(root, 'b.py')).toContain('attach(y)\n');
    expect(read(root, 'a.py')).toBe(text('x'));
  });

  it('asks how a server finds the application if nothing shows it, on a terminal', async () => {
    const app = { 'requirements.txt': 'fastapi\n', 'app/main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n' };
    const question = 'How does the server find the application?';
    const asked = write(app);
    const run = await succeedIn(asked, attach, { replies: { [question]: 'app.main:app', Write: true } });
    expect(run.asked).toEqual([question, 'Write these files?']);
    expect(read(asked, 'app/main.py')).toContain('from app.ai.attachment import attach\n');
    const given = write(app);
    await succeedIn(given, [...attach, '--entry', 'app.main:app', '--yes']);
    expect(read(given, 'app/main.py')).toBe(read(asked, 'app/main.py'));
    const assumed = write(app);
    expect((await succeedIn(assumed, [...attach, '--yes'])).err).toContain('attach with `--entry app.main:app`');
    expect(read(assumed, 'app/main.py')).toContain('from ai.attachment import attach\n');
  });

  it('writes a test of the attachment, and rules for Ruff if the application uses it, once', async () => {
    const root = write({ ...fastapi, 'ruff.toml': 'line-length = 79\n' });
    await succeedIn(root, [...attach, '--yes']);
    expect(read(root, 'app/ai/test_attachment.py')).toContain('from app.main import app\n');
    expect(read(root, 'app/ai/ruff.toml')).toContain('line-length = 120\n');
    expect((await succeedIn(root, ['update', '--host-files', '--check'])).out).toContain('everything is up to date');
    rmSync(join(root, 'app/ai/ruff.toml'));
    await succeedIn(root, ['update', '--host-files', '--yes']);
    expect(existsSync(join(root, 'app/ai/ruff.toml'))).toBe(false);
    const plain = write(fastapi);
    await succeedIn(plain, [...attach, '--yes']);
    expect(existsSync(join(plain, 'app/ai/ruff.toml'))).toBe(false);
  });

  it('takes every decision from flags', async () => {
    const root = write({ ...fastapi, 'other.py': 'from fastapi import FastAPI\n\nother = FastAPI()\n' });
    const flags = [
      '--entry',
      'other.py:other',
      '--dir',
      'ai_guest',
      '--prefix',
      '/v2/ai',
      '--user',
      'none',
      '--database',
      'own',
      '--migrations',
      'runtime',
      '--runtime',
      'registry',
    ];
    const { err } = await succeedIn(root, [...attach, ...flags, '--yes']);
    expect(err).toContain('write authenticate in ai_guest/host.py');
    expect(read(root, 'other.py')).toContain('from ai_guest.attachment import attach');
    expect(read(root, 'ai_guest/attachment.py')).toContain('create_guest(__name__, prefix="/v2/ai")');
    expect(read(root, 'ai_guest/host.py')).not.toContain('database');
    expect(read(root, 'requirements.txt')).toMatch(/^ai-module-runtime>=/m);
    expect(existsSync(join(root, 'vendor'))).toBe(false);
    expect(read(root, 'Dockerfile')).toBe(fastapi.Dockerfile);
  });

  it('prints the lines whose position is uncertain, and edits the rest', async () => {
    const text = 'from fastapi import FastAPI\n\n\ndef make():\n    return FastAPI()\n';
    const root = write({ ...fastapi, 'app/main.py': text });
    const { err } = await succeedIn(root, [...attach, '--yes']);
    expect(err).toContain(
      'Add to app/main.py yourself (the application has no name on a line of its own):\n    from app.ai.attachment import attach\n',
    );
    expect(read(root, 'app/main.py')).toBe(text);
  });

  it.each<[string, App, string, RegExp]>([
    [
      'FastAPI',
      fastapi,
      'app/ai/host.py',
      /Depends\(get_current_user\)\]\) -> User:\n.*\n {4}return User\(id=str\(user\.id\), is_admin=user\.is_admin\)/,
    ],
    [
      'Fastify',
      fastify,
      'src/ai/host.ts',
      /const user = await \(appRequest as FastifyRequest\)\.jwtVerify<AppUser>\(\);/,
    ],
    ['Express', express, 'ai/host.js', /const \{ session \} = appRequest;\n {6}const user = session\.user;/],
    [
      'NestJS',
      nestjs,
      'src/ai/host.ts',
      /passport\.authenticate\('jwt', \{ session: false \}, done\)\(appRequest as Request/,
    ],
  ])('writes the ports of %s', async (_, app, path, code) => {
    const root = write(app);
    await succeedIn(root, [...attach, '--yes']);
    expect(read(root, path)).toMatch(code);
  });
});

describe('an attached application that was changed by hand', () => {
  async function changed(change: (root: string) => void): Promise<string> {
    const root = write(fastapi);
    await succeedIn(root, [...attach, '--yes']);
    change(root);
    return root;
  }
  const edit = (root: string, path: string, pattern: RegExp, by: string) =>
    writeFileSync(join(root, path), read(root, path).replace(pattern, by));

  it.each<[string, (root: string) => void, readonly string[], string]>([
    [
      'another folder for the guest',
      (root) => edit(root, 'ai-modules.yaml', /dir: "?app\/ai"?\n/, 'dir: app/nope\n'),
      ['new', 'orders', '--yes'],
      'attached.dir is app/nope, but app/nope/attachment.py does not exist',
    ],
    [
      'a folder of modules elsewhere',
      (root) => edit(root, 'ai-modules.yaml', /modules_dir: .*/, 'modules_dir: app/modules'),
      ['new', 'orders', '--yes'],
      'modules_dir must be app/ai/modules, where app/ai/attachment.py looks for modules',
    ],
    [
      'no attachment',
      (root) => rmSync(join(root, 'app/ai/attachment.py')),
      ['new', 'orders', '--yes'],
      'app/ai/attachment.py does not exist',
    ],
    [
      'no key attached',
      (root) => edit(root, 'ai-modules.yaml', /^attached:\n( .*\n)+/m, ''),
      ['update', '--host-files', '--on-conflict', 'theirs', '--yes'],
      'the key attached is missing, and .ai-module/attached.base shows that the application is attached',
    ],
    [
      'commands that are no lists',
      (root) =>
        writeFileSync(join(root, 'ai-modules.yaml'), `${read(root, 'ai-modules.yaml')}commands: {start: npm}\n`),
      ['host', 'attach', '--verify'],
      'commands.start has the wrong type',
    ],
  ])('is refused with %s', async (_, change, argv, message) => {
    const root = await changed(change);
    const before = snapshot(root);
    const { code, err } = await runIn(root, argv);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(snapshot(root)).toEqual(before);
  });

  it('has a note in status if its entry point no longer attaches the guest', async () => {
    const root = await changed(() => {});
    expect((await succeedIn(root, ['status'])).err).not.toContain('Note:');
    edit(root, 'app/main.py', /attach\(app\)\n/, '');
    expect((await succeedIn(root, ['status'])).err).toContain(
      'Note: app/main.py: lines that attach the guest are missing: attach(app)\n',
    );
  });

  it('gets its merge base back with adopt, and is still detached completely', async () => {
    const before = snapshot(write(fastapi));
    const root = await changed((folder) => rmSync(join(folder, '.ai-module/pristine.base')));
    expect((await runIn(root, ['status', '--host-files'])).err).toContain('.ai-module/pristine.base is missing');
    await succeedIn(root, ['adopt', '--host-files', '--yes']);
    expect((await succeedIn(root, ['status', '--host-files'])).out).toContain('clean');
    await succeedIn(root, ['host', 'detach', '--no-resolve', '--yes']);
    expect(snapshot(root)).toEqual(before);
  });
});

describe('host detach', () => {
  const detach = ['host', 'detach', '--no-resolve', '--yes'];

  it('keeps and lists what the user edited', async () => {
    const root = write(fastapi);
    await succeedIn(root, [...attach, '--yes']);
    for (const name of ['invoices', 'orders']) await succeedIn(root, ['new', name, '--yes']);
    const edit = (path: string, add: string) => writeFileSync(join(root, path), `${read(root, path)}${add}`);
    edit('app/ai/host.py', '# mine\n');
    edit('app/ai/modules/orders/service.py', '# mine\n');
    edit('app/main.py', 'x = 1\n');
    edit('requirements.txt', 'httpx\n');
    const { err } = await succeedIn(root, detach);
    expect(err).toContain(
      'Note: app/ai/host.py was edited. It is kept as app/ai/host.py.old, because it needs the runtime.\n',
    );
    expect(existsSync(join(root, 'app/ai/host.py'))).toBe(false);
    expect(read(root, 'app/ai/host.py.old')).toMatch(/# mine\n$/);
    expect(err).toContain('Note: app/ai/modules/orders/ was edited and is kept.\n');
    expect(read(root, 'app/main.py')).toBe(`${fastapi['app/main.py']}x = 1\n`);
    expect(read(root, 'requirements.txt')).toBe(`${fastapi['requirements.txt']}httpx\n`);
    expect(existsSync(join(root, 'app/ai/modules/orders/manifest.yaml'))).toBe(true);
    expect(existsSync(join(root, 'app/ai/modules/invoices'))).toBe(false);
    expect(existsSync(join(root, 'ai-modules.yaml'))).toBe(false);
  });

  it('keeps what makes the compiler and linters skip modules that are kept', async () => {
    const linter = { 'biome.json': '{\n  "files": { "includes": ["**"] }\n}\n' };
    const root = write({ ...fastify, ...linter });
    await succeedIn(root, [...attach, '--yes']);
    await succeedIn(root, ['new', 'orders', '--yes']);
    const service = 'src/ai/modules/orders/service.ts';
    writeFileSync(join(root, service), `${read(root, service)}// mine\n`);
    const { err } = await succeedIn(root, detach);
    for (const file of ['tsconfig.json', 'biome.json']) {
      expect(err).toContain(`Note: ${file} still skips src/ai, because modules are kept.\n`);
      expect(read(root, file)).toContain('src/ai');
    }
    for (const file of ['package.json', 'src/server.ts']) expect(read(root, file)).toBe(fastify[file]);
  });

  it.each<[string, App, string, RegExp, string, string]>([
    [
      'a changed line of Python',
      fastapi,
      'app/main.py',
      /import attach\n([\s\S]*)attach\(app\)\n/,
      'import attach as go\n$1go(app)\n',
      'app/main.py:',
    ],
    [
      'a line of TypeScript that was written by hand',
      fastify,
      'src/routes.ts',
      /^/,
      "import { guest } from './ai/attachment.js'\n",
      'src/routes.ts:1',
    ],
    ['a require', express, 'server.js', /$/, "\nrequire('./ai/attachment').guest.eraseUser('1');\n", 'server.js:'],
    [
      'an import of the runtime in a file of its own',
      fastify,
      'src/routes.ts',
      /^/,
      "import { defineModule } from 'ai-module-runtime';\n",
      'src/routes.ts:1',
    ],
    [
      'a changed entry of package.json',
      fastify,
      'package.json',
      /(ai-module-runtime build [^"]*)"/,
      '$1 && echo built"',
      'package.json:',
    ],
    [
      'a changed line of requirements.txt',
      fastapi,
      'requirements.txt',
      /^(.*ai_module_runtime.*)$/m,
      '$1 ; python_version >= "3.11"',
      'requirements.txt:',
    ],
  ])('refuses while %s needs the attachment', async (_, app, path, pattern, by, place) => {
    const root = write(app);
    await succeedIn(root, [...attach, '--yes']);
    writeFileSync(join(root, path), read(root, path).replace(pattern, by));
    const before = snapshot(root);
    const { code, err } = await runIn(root, detach);
    expect([code, err]).toEqual([2, expect.stringContaining(`still uses the attachment or the runtime: ${place}`)]);
    expect(snapshot(root)).toEqual(before);
  });

  it('removes what it added to package.json, except for lines that were changed', async () => {
    const root = write(fastify);
    await succeedIn(root, [...attach, '--yes']);
    const script = / && ai-module-runtime build [^"]*"/;
    writeFileSync(join(root, 'package.json'), read(root, 'package.json').replace(script, ' && echo built"'));
    const { err } = await succeedIn(root, detach);
    expect(err).toContain('Note: package.json: lines that attach it were changed, and stay.');
    const own = JSON.parse(fastify['package.json'] as string);
    own.scripts.build += ' && echo built';
    expect(JSON.parse(read(root, 'package.json'))).toEqual(own);
  });

  it.each<[string, App, string, string, string]>([
    ['Python', fastapi, 'app/main.py', 'attach(app)\n', 'x = 1\n'],
    ['JavaScript', express, 'server.js', 'guest.attach(app);\n', 'app.use(authenticate);\n'],
  ])('removes a call in %s that the user moved', async (_, app, file, call, line) => {
    const root = write(app);
    await succeedIn(root, [...attach, '--yes']);
    writeFileSync(join(root, file), `${read(root, file).replace(call, '')}${line}${call}`);
    await succeedIn(root, detach);
    expect(read(root, file)).toBe(`${app[file]}${line}`);
  });

  it('refuses while a call that the user moved into a block is there', async () => {
    const root = write(express);
    await succeedIn(root, [...attach, '--yes']);
    const text = read(root, 'server.js').replace(
      'guest.attach(app);\n',
      'if (process.env.AI) {\n  guest.attach(app);\n}\n',
    );
    writeFileSync(join(root, 'server.js'), text);
    const { code, err } = await runIn(root, detach);
    expect([code, err]).toEqual([2, expect.stringContaining('still uses the attachment or the runtime: server.js:')]);
    expect(read(root, 'server.js')).toBe(text);
  });

  it('does not mind comments of pip-compile', async () => {
    const root = write(fastapi);
    await succeedIn(root, [...attach, '--yes']);
    const list = read(root, 'requirements.txt').replace('fastapi', 'anyio\n    # via ai-module-runtime\nfastapi');
    writeFileSync(join(root, 'requirements.txt'), list);
    await succeedIn(root, detach);
    expect(read(root, 'requirements.txt')).toContain('anyio');
  });

  it('overwrites no file with one that it renames', async () => {
    const root = write(fastify);
    await succeedIn(root, [...attach, '--yes']);
    writeFileSync(join(root, 'src/ai/host.ts'), `${read(root, 'src/ai/host.ts')}// mine\n`);
    writeFileSync(join(root, 'src/ai/host.ts.old'), 'older\n');
    const { kept } = JSON.parse((await succeedIn(root, [...detach, '--json'])).out);
    expect(kept).toEqual(['src/ai/host.ts.old.old']);
    expect(read(root, 'src/ai/host.ts.old')).toBe('older\n');
    expect(read(root, 'src/ai/host.ts.old.old')).toMatch(/\/\/ mine\n$/);
  });

  it('deletes an edited ai-modules.yaml, so that the application can be attached again', async () => {
    const root = write(fastapi);
    const before = snapshot(root);
    await succeedIn(root, [...attach, '--yes']);
    writeFileSync(join(root, 'ai-modules.yaml'), `${read(root, 'ai-modules.yaml')}rules: {key-order: off}\n`);
    const { err } = await succeedIn(root, detach);
    expect(err).toContain('Note: ai-modules.yaml was edited. It is deleted all the same');
    expect(snapshot(root)).toEqual(before);
    await succeedIn(root, [...attach, '--yes']);
  });

  it('removes what tools cached in the folder', async () => {
    const root = write(fastapi);
    const before = snapshot(root);
    await succeedIn(root, [...attach, '--yes']);
    for (const path of ['app/ai/.ruff_cache/0.17/x', 'app/ai/modules/__pycache__/x.pyc']) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), '');
    }
    await succeedIn(root, detach);
    expect(snapshot(root)).toEqual(before);
  });

  it('lists files whose attached lines were changed', async () => {
    const root = write(fastapi);
    await succeedIn(root, [...attach, '--yes']);
    const text = read(root, 'app/main.py')
      .replace('attach(app)', 'attached = True')
      .replace('from app.ai.attachment import attach\n', '');
    writeFileSync(join(root, 'app/main.py'), text);
    const { err } = await succeedIn(root, detach);
    expect(err).toContain('Note: app/main.py: lines that attach it were changed, and stay. Check them.\n');
    expect(read(root, 'app/main.py')).toBe(text);
  });

  it.each<[string, () => Promise<string>, string]>([
    ['an application that is not attached', async () => write(fastapi), 'is not an attached application'],
    [
      'an application without the record',
      async () => {
        const root = write(fastapi);
        await succeedIn(root, [...attach, '--yes']);
        rmSync(join(root, '.ai-module/attached.base'));
        return root;
      },
      '.ai-module/attached.base is missing',
    ],
  ])('refuses %s', async (_, make, message) => {
    const root = await make();
    const before = snapshot(root);
    const { code, err } = await runIn(root, detach);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(snapshot(root)).toEqual(before);
  });
});

describe('undo in an attached application', () => {
  it('refuses to remove the attachment while there are modules', async () => {
    const root = write(fastify);
    const original = snapshot(root);
    await succeedIn(root, [...attach, '--yes']);
    await succeedIn(root, ['new', 'invoices', '--yes']);
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['undo', '--yes']);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('has modules since it was attached: src/ai/modules/invoices/.'),
    ]);
    expect(snapshot(root)).toEqual(before);
    await succeedIn(root, ['host', 'detach', '--no-resolve', '--yes']);
    expect(snapshot(root)).toEqual(original);
  });
});

describe('update --host-files in an attached application', () => {
  it('replaces the archive and the dependency of an older runtime, and still detaches', async () => {
    for (const [app, file, older] of [
      [fastapi, 'requirements.txt', /0\.2\.0\.dev\d+/],
      [fastify, 'package.json', /0\.2\.0-dev\.\d+/],
    ] as const) {
      const root = write(app);
      const before = snapshot(root);
      await succeedIn(root, [...attach, '--yes']);
      const current = read(root, file);
      const archive = /vendor\/([\w.+-]+?\.(?:whl|tgz))/.exec(current)?.[1] ?? '';
      const old = archive.replace(older, (version) => version.replace(/\d+$/, '1'));
      writeFileSync(join(root, 'vendor', old), 'older');
      rmSync(join(root, 'vendor', archive));
      for (const path of [file, '.ai-module/attached.base'])
        writeFileSync(join(root, path), read(root, path).replaceAll(archive, old));
      expect((await runIn(root, ['new', 'invoices', '--yes'])).err).toContain('but the host depends on');
      await succeedIn(root, ['update', '--host-files', '--yes']);
      expect(read(root, file)).toBe(current);
      expect(existsSync(join(root, 'vendor', archive))).toBe(true);
      expect(existsSync(join(root, 'vendor', old))).toBe(false);
      await succeedIn(root, ['host', 'detach', '--no-resolve', '--yes']);
      expect(snapshot(root)).toEqual(before);
    }
  });
});

describe('an application that is not attached', () => {
  it('is named by new, which offers to attach it', async () => {
    const root = write(fastify);
    const { code, err } = await runIn(root, ['new', 'invoices', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('is not attached: Fastify (src/server.ts:6)')]);
    expect(err).toContain('create-ai-module host attach');
  });

  it('refuses a stack that is declared without a runtime', async () => {
    for (const [app, stack] of [
      [fastapi, 'fastapi'],
      [fastify, 'fastify'],
      [{}, 'fastapi'],
    ] as const) {
      const root = write({ ...app, 'ai-modules.yaml': `stack: ${stack}\n` });
      const before = snapshot(root);
      const { code, err } = await runIn(root, ['new', 'invoices', '--yes']);
      expect([code, err]).toEqual([2, expect.stringContaining('the host does not depend on it')]);
      expect(snapshot(root)).toEqual(before);
    }
  });

  it('refuses to adopt its files as those of a host', async () => {
    const root = write({ ...fastapi, 'ai-modules.yaml': 'stack: fastapi\n' });
    const before = snapshot(root);
    const { code, err } = await runIn(root, ['adopt', '--host-files', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('is not a host that create-ai-module generated')]);
    expect(snapshot(root)).toEqual(before);
  });

  it.each([
    ['fastapi', 'app: app/ai/platform', 'unknown import app: the stack fastapi has no imports'],
    ['fastify', 'nosuch: x', 'unknown import nosuch: the stack fastify has no imports'],
    [mini, 'nosuch: x', 'unknown import nosuch: the stack mini has only base_module'],
    [mini, 'base_module: ../x', 'imports.base_module is refused: it has the segment ..'],
  ])('refuses imports of %s: %s', async (stack, line, message) => {
    const root = write({ 'ai-modules.yaml': `stack: ${stack}\nimports:\n  ${line}\n` });
    for (const argv of [['new', 'invoices', '--yes'], ['validate'], ['status']]) {
      const { code, err } = await runIn(root, argv);
      expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});
