import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type App, apps } from '../core/attach/apps.ts';
import { randomManifest } from '../core/pack/random-manifest.ts';
import { draws, eachSeed } from '../draws.ts';
import { modulesOf, type Stack } from '../edited-module.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';

const bundled = ['fastify', 'fastapi'] as const;

/** All files except the state of the tool. */
const files = (root: string) =>
  Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.create-ai-module')));

function write(root: string, texts: App): string {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const create = (root: string, name: string, ...more: string[]) =>
  succeedIn(root, ['new', name, '--description', 'Text', '--author', 'Ann', '--yes', ...more]);

describe.each(stacks)('in a host of %s', (stack) => {
  it('removes a module without a trace, and undo restores it', async () => {
    const root = await newHost(stack);
    const before = files(root);
    await create(root, 'invoices', '--subscribe', 'file.uploaded');
    const created = files(root);
    const { out, err } = await succeedIn(root, ['remove', 'invoices', '--yes']);
    expect(out).toMatch(/^Removed invoices: (\d+ files? changed, )?\d+ files deleted\n$/);
    expect(err).toContain('In databases, the jobs of invoices stay.');
    expect(files(root)).toEqual(before);
    await succeedIn(root, ['undo', '--yes']);
    expect(files(root)).toEqual(created);
  });

  it('keeps what another module needs', async () => {
    const root = await newHost(stack);
    await create(root, 'orders');
    const before = files(root);
    await create(root, 'invoices');
    await succeedIn(root, ['remove', 'invoices', '--yes']);
    expect(files(root)).toEqual(before);
  });
});

it.each(bundled)('leaves the same tree for every manifest, on %s', async (stack) => {
  const root = await newHost(stack);
  const before = files(root);
  let count = 0;
  await eachSeed(draws.removals, async (seed) => {
    const drawn = randomManifest(seed);
    const manifest = { ...drawn, dependencies: drawn.dependencies.filter((one) => !one.startsWith('module:')) };
    const given = join(tempFolder(), 'manifest.yaml');
    writeFileSync(given, JSON.stringify(manifest));
    const made = await runIn(root, ['new', '--from', given, '--yes']);
    if (made.code !== 0) return;
    count += 1;
    await succeedIn(root, ['remove', manifest.name, '--yes']);
    expect(files(root)).toEqual(before);
  });
  expect(count).toBeGreaterThan(draws.removals / 2);
});

describe.each(['fastapi', 'nestjs'])('in an attached application: %s', (name) => {
  it.each(['runtime', 'app'])('removes a module without a trace, migrations by %s', async (migrations) => {
    const root = write(tempFolder(), apps[name] as App);
    await succeedIn(root, ['host', 'attach', '--no-resolve', '--migrations', migrations, '--yes']);
    const before = files(root);
    await create(root, 'invoices');
    await succeedIn(root, ['remove', 'invoices', '--yes']);
    expect(files(root)).toEqual(before);
  });
});

it.each(bundled)('asks for --force before it deletes files of the user, on %s', async (stack: Stack) => {
  const root = await newHost(stack);
  await create(root, 'invoices');
  const readme = join(root, modulesOf[stack], 'invoices/README.md');
  writeFileSync(readme, `${readFileSync(readme, 'utf8')}\nMore.\n`);
  write(root, { [`${modulesOf[stack]}/invoices/notes.txt`]: 'mine\n' });
  const before = files(root);
  const { code, err } = await runIn(root, ['remove', 'invoices', '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining('README.md')]);
  expect(err).toContain(`${modulesOf[stack]}/invoices/notes.txt`);
  expect(files(root)).toEqual(before);
  await succeedIn(root, ['remove', 'invoices', '--yes', '--force']);
  expect(existsSync(dirname(readme))).toBe(false);
  await succeedIn(root, ['undo', '--yes']);
  expect(files(root)).toEqual(before);
});

describe('refuses to remove a module that others need', () => {
  it.each(bundled)('and says which, on %s', async (stack) => {
    const root = await newHost(stack);
    await create(root, 'invoices');
    await create(root, 'billing', '--dependency', 'module:invoices', '--subscribe', 'invoices.completed');
    const isScript = stack === 'fastify';
    const file = isScript ? 'src/report.ts' : 'app/report.py';
    write(root, {
      [file]: isScript
        ? "// Totals\nimport * as invoices from './ai/modules/invoices/service.ts';\nexport const total = invoices;\n"
        : '"""Totals."""\nfrom app.ai.modules.invoices.service import InvoicesService\n',
    });
    const before = files(root);
    const { code, err } = await runIn(root, ['remove', 'invoices', '--yes', '--force']);
    expect(code).toBe(2);
    for (const reason of [
      'billing depends on invoices',
      'billing subscribes to invoices.completed, which only invoices emits',
      `${file}:2 imports ${modulesOf[stack]}/invoices`,
    ])
      expect(err).toContain(reason);
    expect(files(root)).toEqual(before);
    write(root, { [file]: '' });
    const both = await succeedIn(root, ['remove', 'billing', 'invoices', '--yes']);
    expect(both.out).toContain('Removed billing, invoices:');
  });
});

describe('--drop-tables', () => {
  const table = 'create table invoices_lines (id int);\ncreate table if not exists ai.invoices_marks (id int);\n';

  it('writes a file for an administrator', async () => {
    const root = await newHost('fastify');
    await create(root, 'invoices');
    await create(root, 'invoices_archive');
    write(root, {
      'src/ai/modules/invoices/migrations/0001_lines.sql': `${table}create table invoices_archive_pages (id int);\n-- create table invoices_x (id int);\ncreate table customers (id int);\n`,
    });
    const plain = await succeedIn(root, ['remove', 'invoices', '--dry-run', '--force']);
    expect(plain.err).toContain('the tables invoices_lines, invoices_marks and the jobs of invoices stay');
    const { err } = await succeedIn(root, ['remove', 'invoices', '--drop-tables', '--force', '--yes']);
    const sql = readFileSync(join(root, 'sql/drop_invoices.sql'), 'utf8');
    expect(sql).toContain('drop table if exists invoices_lines, invoices_marks, invoices_version;');
    expect(err).toContain('stay until sql/drop_invoices.sql is run');
    expect(err).toContain('invoices also names these tables, which are kept: customers, invoices_archive_pages.');
    await create(root, 'invoices');
    await succeedIn(root, ['remove', 'invoices', '--drop-tables', '--yes']);
    expect(existsSync(join(root, 'sql/drop_invoices_2.sql'))).toBe(true);
    expect(readFileSync(join(root, 'sql/drop_invoices.sql'), 'utf8')).toBe(sql);
  });

  it.each([
    ['fastapi', 'migrations/versions/4_drop_ai_invoices.py'],
    ['nestjs', 'src/migrations/1700000000001-drop_ai_invoices.ts'],
  ])('writes a revision in an application that makes its tables itself: %s', async (name, file) => {
    const root = write(tempFolder(), apps[name] as App);
    await succeedIn(root, ['host', 'attach', '--no-resolve', '--migrations', 'app', '--yes']);
    await create(root, 'invoices');
    const { err } = await succeedIn(root, ['remove', 'invoices', '--drop-tables', '--yes']);
    const text = readFileSync(join(root, file), 'utf8');
    expect(text).toContain(`drop table if exists "ai".invoices_version;`);
    expect(text).toContain(`delete from "ai".jobs where module = 'invoices';`);
    expect(err).toContain(`stay until ${file} is run: the migrations of the application run it.`);
    expect((await succeedIn(root, ['update', '--host-files', '--check'])).out).toContain('up to date');
  });
});

it('writes the file into the folder of the guest in an attached application', async () => {
  const root = write(tempFolder(), apps.fastapi as App);
  await succeedIn(root, ['host', 'attach', '--no-resolve', '--yes']);
  await create(root, 'invoices');
  const { err } = await succeedIn(root, ['remove', 'invoices', '--drop-tables', '--yes']);
  expect(err).toContain('stay until app/ai/sql/drop_invoices.sql is run: run it on each database');
  expect(existsSync(join(root, 'app/ai/sql/drop_invoices.sql'))).toBe(true);
});

it('ignores line endings that git converted', async () => {
  const root = await newHost('fastapi');
  const before = files(root);
  await create(root, 'invoices');
  for (const [path, content] of Object.entries(files(root)))
    if (path.startsWith(modulesOf.fastapi) && !path.endsWith('/'))
      writeFileSync(join(root, path), content.slice(content.indexOf(' ') + 1).replaceAll('\n', '\r\n'), 'latin1');
  await succeedIn(root, ['remove', 'invoices', '--yes']);
  expect(files(root)).toEqual(before);
});

describe('bad input', () => {
  it('names the modules for an unknown name', async () => {
    const root = await newHost();
    await create(root, 'invoices');
    const { code, err } = await runIn(root, ['remove', 'invoice', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('Did you mean invoices?')]);
  });

  it.each([
    [['remove'], 'Name the modules to remove'],
    [['remove', ''], 'An argument is empty'],
    [['remove', 'modules'], 'Name the modules to remove'],
  ])('refuses %j', async (argv, message) => {
    const root = await newHost();
    await create(root, 'invoices');
    const { code, err } = await runIn(root, argv);
    expect([code, err.toLowerCase()]).toEqual([2, expect.stringContaining(message.toLowerCase())]);
  });

  it('needs --yes without a terminal, and asks on one', async () => {
    const root = await newHost();
    await create(root, 'invoices');
    expect((await runIn(root, ['remove', 'invoices'])).code).toBe(2);
    const refused = await runIn(root, ['remove', 'invoices'], { replies: { 'Write these files?': false } });
    expect(refused.code).toBe(130);
    expect(existsSync(join(root, 'modules/invoices'))).toBe(true);
  });

  it('takes a module with an invalid manifest only with --force', async () => {
    const root = await newHost();
    await create(root, 'invoices');
    write(root, { 'modules/invoices/manifest.yaml': 'name: [\n' });
    expect((await runIn(root, ['remove', 'invoices', '--yes'])).code).toBe(2);
    await succeedIn(root, ['remove', 'invoices', '--yes', '--force']);
    expect(existsSync(join(root, 'modules/invoices'))).toBe(false);
  });

  it('reports links, which stay, and removes caches', async () => {
    const root = await newHost();
    await create(root, 'invoices');
    write(root, { 'modules/invoices/__pycache__/a.pyc': 'x' });
    symlinkSync('/tmp', join(root, 'modules/invoices/link'));
    const { err } = await succeedIn(root, ['remove', 'invoices', '--yes']);
    expect(err).toContain('modules/invoices/link is not a file and stays. Delete it by hand.');
    expect(files(root)).toMatchObject({ 'modules/invoices/link': 'link /tmp' });
    expect(existsSync(join(root, 'modules/invoices/__pycache__'))).toBe(false);
  });
});
