import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bundledNames, bundledPack } from '../../src/io/pack/bundled-pack.ts';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, type UpdatedHost } from './update-packs.ts';

const runtime = (first: string, last: string) => `${first}\nb\nc\nd\n${last}\n`;
const older = packFolder('1.2.0', { files: { 'host/src/runtime.js': runtime('a', 'e') } });
const newer = packFolder('1.3.0', {
  files: { 'host/src/runtime.js': runtime('a', 'E'), 'host/src/more.js.hbs': '// {{name}}\n' },
});

let host: UpdatedHost;
const read = (path: string) => readFileSync(join(host.root, path), 'utf8');
beforeEach(async () => {
  host = await hostWithModule(older);
});

describe("the host's own files", () => {
  it('are updated only with --host-files, and merged like those of a module', async () => {
    writeFileSync(join(host.root, 'src/runtime.js'), runtime('mine', 'e'));
    host.use(newer);
    await succeedIn(host.root, ['update', '--yes']);
    expect(read('src/runtime.js')).toBe(runtime('mine', 'e'));

    const { out } = await succeedIn(host.root, ['status', '--host-files']);
    expect(out).toContain('host mini@1.2.0 → 1.3.0');
    expect(out).toContain('both      src/runtime.js');
    const updated = await succeedIn(host.root, ['update', '--host-files', '--yes']);
    expect(updated.out).toMatch(/^Updated the host: /);
    expect(read('src/runtime.js')).toBe(runtime('mine', 'E'));
    expect(read('src/more.js')).toBe('// host\n');
    expect(read('.ai-module/lock.yaml')).toContain('pack_version: "1.3.0"');
    const check = await succeedIn(host.root, ['update', '--host-files', '--check']);
    expect(check.out).toBe('1 module and the host: everything is up to date.\n');
    const audit = await succeedIn(host.root, ['status', '--host-files', '--verify-base']);
    expect(audit.out).toContain('host: the merge base is correct');

    await succeedIn(host.root, ['undo', '--yes']);
    expect(read('src/runtime.js')).toBe(runtime('mine', 'e'));
  });

  it('with conflicts are reported by their path in the host', async () => {
    writeFileSync(join(host.root, 'src/runtime.js'), runtime('a', 'mine'));
    host.use(newer);
    const { code, err } = await runIn(host.root, ['update', '--host-files', '--yes']);
    expect(code).toBe(1);
    expect(err).toContain('conflict src/runtime.js:5 ');
    expect(err).toContain('theirs   mini@1.3.0 generates it differently');
    expect(err).toContain('`create-ai-module update --host --on-conflict markers`');
  });

  it('without a lock can be adopted, and no file of the user changes', async () => {
    rmSync(join(host.root, '.ai-module'), { recursive: true });
    const before = snapshot(join(host.root, 'src'));
    const { err } = await succeedIn(host.root, ['update', '--host-files', '--yes']);
    expect(err).toContain('The host has no lock');
    expect((await succeedIn(host.root, ['adopt', '--host-files', '--yes'])).out).toContain('host is adopted');
    expect(snapshot(join(host.root, 'src'))).toEqual(before);
    host.use(newer);
    await succeedIn(host.root, ['update', '--host-files', '--yes']);
    expect(read('src/runtime.js')).toBe(runtime('a', 'E'));
  });
});

it('a file that was once owned by the user stays owned, even if the pack now manages it', async () => {
  host.write('README.md', 'mine\n');
  const pack = packFolder('1.3.0');
  const meta = readFileSync(join(pack, 'pack.yaml'), 'utf8');
  writeFileSync(join(pack, 'pack.yaml'), meta.replace(/ {2}- path: module.README.*\n.*\n/, ''));
  host.use(pack);
  await succeedIn(host.root, ['update', '--yes']);
  expect(host.read('README.md')).toBe('mine\n');
  expect((await succeedIn(host.root, ['update'])).out).toBe('1 module: everything is up to date.\n');
});

describe('a migration', () => {
  it('is never rewritten: a change of the tables is a new migration', async () => {
    const first = packFolder('1.3.0', { files: { 'module/migrations/0001.sql': 'create table a;\n' } });
    declareOwned(first, ['0001']);
    host.use(first);
    await succeedIn(host.root, ['update', '--yes']);
    const second = packFolder('1.4.0', {
      files: {
        'module/migrations/0001.sql': 'create table a with b;\n',
        'module/migrations/0002.sql': 'alter table a add b;\n',
      },
    });
    declareOwned(second, ['0001', '0002']);
    host.use(second);
    await succeedIn(host.root, ['update', '--yes']);
    expect(host.read('migrations/0001.sql')).toBe('create table a;\n');
    expect(host.read('migrations/0002.sql')).toBe('alter table a add b;\n');
    expect((await succeedIn(host.root, ['update'])).out).toBe('1 module: everything is up to date.\n');
  });

  it.each(bundledNames)('of the pack %s is owned by the user', async (name) => {
    const { files } = await bundledPack(name, ['module']);
    const migrations = files.module.filter(({ target }) => target.startsWith('migrations/'));
    expect(migrations.filter(({ policy }) => policy !== 'owned')).toEqual([]);
  });
});

function declareOwned(pack: string, names: readonly string[]): void {
  const file = join(pack, 'pack.yaml');
  const lines = names.map((name) => `  - { path: module/migrations/${name}.sql, policy: owned }\n`);
  writeFileSync(file, readFileSync(file, 'utf8').replace('files:\n', `files:\n${lines.join('')}`));
}
