import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundledMeta } from '../../src/io/pack/bundled-pack.ts';
import { modulesOf, newModule, replaceIn, type Stack } from '../edited-module.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { convert, type EndingKind } from '../line-endings.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit && process.env.CI === 'true') throw new Error('git is missing, which converts line endings');
if (!hasGit) process.stderr.write('skipped: git is missing, which converts line endings\n');

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd, encoding: 'utf8' });

/** Without the folders of git and of the tool. */
const filesOf = (root: string) =>
  Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !/^\.(git|create-ai-module)\//.test(path)));

describe.skipIf(!hasGit).each<Stack>(['fastify', 'fastapi'])('a clone of a %s host', (stack) => {
  const module = join(modulesOf[stack], 'notes');
  let committed: string;
  beforeAll(async () => {
    committed = await newHost(stack);
    await succeedIn(committed, newModule);
    git(committed, 'init', '--quiet', '-b', 'main');
    git(committed, 'add', '--all');
    git(committed, 'commit', '--quiet', '-m', 'start');
  });

  /** A clone whose text files are checked out with Windows line endings. */
  function clone(): string {
    const root = join(tempFolder(), basename(committed));
    git(committed, '-c', 'core.autocrlf=true', 'clone', '--quiet', committed, root);
    expect(readFileSync(join(root, module, 'manifest.yaml'), 'utf8')).toContain('\r\n');
    return root;
  }

  /** The text files. */
  const listed = (root: string) =>
    git(root, 'ls-files', '-z')
      .split('\0')
      .filter((path) => path !== '' && !path.startsWith('vendor/'));

  function convertFiles(root: string, kindOf: (path: string, at: number) => EndingKind): void {
    for (const [at, path] of listed(root).entries()) {
      const file = join(root, path);
      writeFileSync(file, convert(readFileSync(file, 'utf8'), kindOf(path, at)));
    }
  }

  /** Expects that no command finds changes, reports an edit or writes a byte. */
  async function expectNothingToDo(root: string): Promise<void> {
    const before = filesOf(root);
    const check = await runIn(root, ['update', '--check', '--host-files']);
    expect([check.code, check.out]).toEqual([0, '1 module and the host: everything is up to date.\n']);
    const status = await succeedIn(root, ['status', '--host-files']);
    const { runtime, version } = await bundledMeta(stack);
    const lines = [`host ${stack}@${version} clean`, `notes ${stack}@${version} clean`, ''];
    if (runtime) lines.unshift(`${runtime.package} ${runtime.version} clean`);
    expect(status.out).toBe(lines.join('\n'));
    const audit = await succeedIn(root, ['status', '--host-files', '--verify-base']);
    expect(audit.out).toBe('host: the merge base is correct\nnotes: the merge base is correct\n');
    for (const flag of [[], ['--mine'], ['--template']])
      expect((await succeedIn(root, ['diff', '--host-files', ...flag])).out).toBe('');
    expect((await succeedIn(root, ['adopt', 'notes', '--host-files', '--yes'])).out).toBe(
      'host is already adopted; no edited files\nnotes is already adopted; no edited files\n',
    );
    expect((await succeedIn(root, ['host', 'init', root, '--stack', stack, '--yes'])).out).toContain(
      'already contains all files of a host. Nothing to do.',
    );
    await succeedIn(root, ['update', '--host-files', '--yes']);
    expect(filesOf(root)).toEqual(before);
  }

  it('is up to date with core.autocrlf', () => expectNothingToDo(clone()));

  it.each<[name: string, kindOf: (path: string, at: number) => EndingKind]>([
    ['every file, base and lock with them', () => 'Windows'],
    ['the base alone', (path) => (path.endsWith('pristine.base') ? 'Windows' : 'line feeds')],
    ['the locks alone', (path) => (path.endsWith('lock.yaml') ? 'Windows' : 'line feeds')],
    ['the schema alone', (path) => (path.endsWith('manifest.schema.json') ? 'Windows' : 'line feeds')],
    ['every second file', (_, at) => (at % 2 === 0 ? 'Windows' : 'line feeds')],
    ['every second line of every file', () => 'both kinds'],
  ])('is up to date with Windows line endings in %s', async (_, kindOf) => {
    const root = clone();
    convertFiles(root, kindOf);
    await expectNothingToDo(root);
  });

  it.each<EndingKind>(['as it is', 'Windows'])(
    'is updated in its own line endings, and undone: files %s',
    async (kind) => {
      const root = clone();
      convertFiles(root, () => kind);
      const config = join(root, stack === 'fastify' ? 'package.json' : 'pyproject.toml');
      // Edits in managed files.
      const service = join(root, module, stack === 'fastify' ? 'service.ts' : 'service.py');
      writeFileSync(service, `${readFileSync(service, 'utf8')}${stack === 'fastify' ? '//' : '#'} Mine, all mine.\r\n`);
      const before = filesOf(root);
      const { code, err } = await runIn(root, ['add', 'event', 'notes.zipped', '--yes']);
      expect([code, err]).toEqual([0, expect.not.stringContaining('conflict')]);
      const after = filesOf(root);
      const changed = Object.keys(before).filter((path) => after[path] !== before[path]);
      expect(changed).toContain(join(module, 'manifest.yaml'));
      for (const path of changed) {
        const text = readFileSync(join(root, path), 'utf8');
        const wasWindows = before[path]?.includes('\r\n') ? 'Windows' : 'line feeds';
        expect(text, path).toBe(convert(text, wasWindows));
      }
      const check = await runIn(root, ['update', '--check', '--host-files']);
      expect([check.code, check.out]).toEqual([0, '1 module and the host: everything is up to date.\n']);
      expect(readFileSync(config, 'utf8')).toContain('\r\n');
      await succeedIn(root, ['undo', '--yes']);
      expect(filesOf(root)).toEqual(before);
    },
  );

  it('can be undone after its line endings were converted', async () => {
    const root = clone();
    const before = Object.fromEntries(listed(root).map((path) => [path, readFileSync(join(root, path), 'utf8')]));
    await succeedIn(root, ['add', 'event', 'notes.zipped', '--yes']);
    convertFiles(root, (path) => (path.endsWith('manifest.yaml') ? 'line feeds' : 'Windows'));
    const { out } = await succeedIn(root, ['undo', '--yes']);
    expect(out).toContain('Undone: ');
    for (const path of listed(root)) {
      const kind = path.endsWith('manifest.yaml') ? 'line feeds' : 'Windows';
      expect(readFileSync(join(root, path), 'utf8'), path).toBe(convert(before[path] as string, kind));
    }
    expect((await runIn(root, ['undo', '--yes'])).err).toContain('There is no update to undo');
  });

  it('takes another module: inserted lines have the line endings of the file, the schema is unchanged', async () => {
    const root = clone();
    const before = filesOf(root);
    await succeedIn(root, ['new', 'other', '--yes', '--emit', 'other.done', '--config', 'lang=fr']);
    const after = filesOf(root);
    const changed = Object.keys(before).filter((path) => after[path] !== before[path]);
    for (const path of changed) expect(after[path]?.replaceAll('\r\n', ''), path).not.toContain('\n');
    expect(changed).not.toContain(join(modulesOf[stack], 'manifest.schema.json'));
    const check = await runIn(root, ['update', '--check', '--host-files']);
    expect([check.code, check.out]).toEqual([0, '2 modules and the host: everything is up to date.\n']);
  });

  it('is up to date after a formatter changed its lock and schema', async () => {
    const root = clone();
    for (const path of ['.ai-module/lock.yaml', join(module, '.ai-module/lock.yaml')]) {
      const text = readFileSync(join(root, path), 'utf8');
      writeFileSync(join(root, path), `# the tool's\n${text.replaceAll('"', "'").replaceAll('  - ', '- ')}`);
    }
    const schema = join(root, modulesOf[stack], 'manifest.schema.json');
    writeFileSync(schema, JSON.stringify(JSON.parse(readFileSync(schema, 'utf8')), null, '\t'));
    await expectNothingToDo(root);
  });

  it('is updated if its lock or schema has other content', async () => {
    const root = clone();
    const lock = join(root, module, '.ai-module/lock.yaml');
    const schema = join(root, modulesOf[stack], 'manifest.schema.json');
    const before = filesOf(root);
    replaceIn(lock, `pack_version: "${(await bundledMeta(stack)).version}"`, "pack_version: '0.9.0'");
    replaceIn(schema, '"type"', '"tipe"');
    expect((await runIn(root, ['update', '--check'])).code).toBe(1);
    await succeedIn(root, ['update', '--yes']);
    expect(filesOf(root)).toEqual(before);
    expect((await runIn(root, ['update', '--check'])).code).toBe(0);
  });

  it('with one edited line has one edited file', async () => {
    const root = clone();
    replaceIn(join(root, module, 'README.md'), '## Tests', '## Our tests');
    const { out } = await succeedIn(root, ['status', '--host-files']);
    expect(out).toContain('README.md');
    expect(out.match(/^ +edited /gm)).toHaveLength(1);
    const diff = await succeedIn(root, ['diff', '--mine']);
    expect(
      diff.out
        .split('\n')
        .filter((line) => /^[-+][^-+]/.test(line))
        .map((line) => line.trim()),
    ).toEqual(['-## Tests', '+## Our tests']);
    expect((await runIn(root, ['update', '--check', '--host-files'])).code).toBe(0);
  });
});

it.skipIf(!hasGit)('an update to a new version of the pack keeps the line endings of a clone', async () => {
  const older = packFolder('1.2.0', {
    files: { 'module/old.ts.hbs': 'one\ntwo\nthree\n', 'module/fresh.ts.hbs': 'a\nb\n' },
  });
  const { root: committed } = await hostWithModule(older);
  git(committed, 'init', '--quiet', '-b', 'main');
  git(committed, 'add', '--all');
  git(committed, 'commit', '--quiet', '-m', 'start');
  const root = join(tempFolder(), 'host');
  git(committed, '-c', 'core.autocrlf=true', 'clone', '--quiet', committed, root);
  const at = (path: string) => join(root, 'modules/notes', path);
  replaceIn(at('service.ts'), 'return 1', 'return 11');

  const newer = packFolder('1.3.0', {
    files: {
      'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }),
      'module/new.ts.hbs': 'one\ntwo\n3\n',
      'module/fresh.ts.hbs': 'a\nB\n',
    },
    meta: 'renames: [{ from: old.ts, to: new.ts }]\n',
  });
  writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${newer}\r\n`);
  const { err } = await succeedIn(root, ['update', '--yes']);
  expect(err).not.toContain('conflict');
  for (const [path, part] of [
    ['service.ts', 'return 11'],
    ['service.ts', 'return 22'],
    ['new.ts', '3'],
    ['fresh.ts', 'B'],
    ['.ai-module/lock.yaml', '1.3.0'],
  ] as const) {
    const text = readFileSync(at(path), 'utf8');
    expect(text).toContain(part);
    expect(text, path).toBe(convert(text, 'Windows'));
  }
  expect((await runIn(root, ['update', '--check'])).out).toBe('1 module: everything is up to date.\n');

  const lock = readFileSync(at('.ai-module/lock.yaml'), 'utf8');
  writeFileSync(at('.ai-module/lock.yaml'), convert(lock, 'line feeds').replaceAll('"', "'"));
  await succeedIn(root, ['undo', '--yes']);
  expect(readFileSync(at('.ai-module/lock.yaml'), 'utf8')).toContain('pack_version: "1.2.0"\n');
  expect(readFileSync(at('service.ts'), 'utf8')).toContain('return 2;\r\n');
});
