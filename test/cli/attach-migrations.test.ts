import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type App, apps } from '../core/attach/apps.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';

function write(app: App, root = tempFolder()): string {
  for (const [path, text] of Object.entries(app)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const attach = ['host', 'attach', '--no-resolve', '--migrations', 'app', '--yes'];

describe.each([
  {
    name: 'fastapi',
    first: 'migrations/versions/3_create_ai_tables.py',
    module: 'app/ai/modules/invoices/migrations/v0001_add_lines.py',
    text: '"""Add lines."""\n\nrevision = "0001"\ndown_revision = None\n\n\ndef upgrade() -> None:\n    pass\n',
    second: 'migrations/versions/4_ai_invoices_add_lines.py',
    third: 'migrations/versions/5_update_ai_tables.py',
  },
  {
    name: 'nestjs',
    first: 'src/migrations/1700000000000-create_ai_tables.ts',
    module: 'src/ai/modules/invoices/migrations/0001_lines.sql',
    text: 'create table invoices_lines (id uuid primary key);\n',
    second: 'src/migrations/1700000000001-ai_invoices_0001_lines.ts',
    third: 'src/migrations/1700000000002-update_ai_tables.ts',
  },
])('--migrations app in an application of $name', ({ name, first, module, text, second, third }) => {
  const app = apps[name] as App;
  const added = (root: string, before: readonly string[]) =>
    Object.keys(snapshot(root)).filter((path) => /^(src\/)?migrations\/.*\d/.test(path) && !before.includes(path));

  it('writes a revision for the tables of the runtime, of modules, and of newer runtimes, and keeps them', async () => {
    const root = write(app);
    const before = snapshot(root);
    const { err } = await succeedIn(root, attach);
    expect(err).toContain('run the migrations of the application before you start it');
    expect(added(root, Object.keys(before))).toEqual([first]);
    await succeedIn(root, ['new', 'invoices', '--yes']);
    expect(added(root, Object.keys(before))).toEqual([first]);
    mkdirSync(dirname(join(root, module)), { recursive: true });
    writeFileSync(join(root, module), text);
    await succeedIn(root, ['add', 'endpoint', 'POST /preview', '--module', 'invoices', '--yes']);
    expect(added(root, Object.keys(before))).toEqual([first, second]);
    expect((await succeedIn(root, ['update', '--host-files', '--check'])).out).toContain('everything is up to date');

    // As if the runtime had other functions when the first revision was written.
    const written = readFileSync(join(root, first), 'utf8');
    writeFileSync(join(root, first), written.replaceAll(/functions\.sql@\w+/g, 'functions.sql@older'));
    await succeedIn(root, ['update', '--host-files', '--yes']);
    expect(added(root, Object.keys(before))).toEqual([first, second, third]);
    expect(readFileSync(join(root, third), 'utf8')).not.toContain('0001_tables.sql');

    const detached = await succeedIn(root, ['host', 'detach', '--no-resolve', '--yes']);
    expect(detached.err).toContain(`databases may have run them: ${[first, second, third].join(', ')}.`);
    expect(added(root, Object.keys(before))).toEqual([first, second, third]);
  });

  it('is refused for a database of its own', async () => {
    const root = write(app);
    const before = snapshot(root);
    const { code, err } = await runIn(root, [...attach, '--database', 'own']);
    expect([code, err]).toEqual([2, expect.stringContaining('not for the database of the modules')]);
    expect(snapshot(root)).toEqual(before);
  });
});
