import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { readTree } from '../../src/io/fs/read-tree.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith, type UpdatedHost } from './update-packs.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit && process.env.CI === 'true') throw new Error('git is missing, which merges the branches');
if (!hasGit) process.stderr.write('skipped: git is missing, which merges the branches\n');

let host: UpdatedHost;
const git = (...args: string[]) => {
  const options = { cwd: host.root, encoding: 'utf8' } as const;
  return spawnSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], options);
};
const commit = (name: string) => {
  git('add', '--all');
  git('commit', '--quiet', '-m', name);
};

describe.skipIf(!hasGit)('two branches that were both updated', () => {
  beforeEach(async () => {
    host = await hostWithModule();
    git('init', '--quiet', '-b', 'main');
    commit('start');
  });

  /** Runs the work of each branch from the same commit, then merges the other branch into main. */
  async function branches(one: () => void, other: () => void): Promise<number | null> {
    git('checkout', '--quiet', '-b', 'other');
    other();
    await succeedIn(host.root, ['update', '--yes']);
    commit('other');
    git('checkout', '--quiet', 'main');
    one();
    await succeedIn(host.root, ['update', '--yes']);
    commit('one');
    return git('merge', '--quiet', 'other').status;
  }

  it('with edits in different places merge without conflicts in the lock and merge base, and are up to date', async () => {
    const status = await branches(
      () => host.edit('manifest.yaml', 'Keeps notes', 'Keeps all notes'),
      () =>
        host.use(packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 1': 'return 11' }) } })),
    );
    expect(status).toBe(0);
    expect((await runIn(host.root, ['update', '--check'])).out).toBe('1 module: everything is up to date.\n');
    for (const text of ['return 11', '// Keeps all notes']) expect(host.read('service.ts')).toContain(text);
  });

  it('merge to the expected lock, merge base and sources of the case two-branches-updated', async () => {
    const fixture = fileURLToPath(new URL('../fixtures/update/two-branches-updated', import.meta.url));
    const notes = join(host.root, 'modules/notes');
    const become = (part: string) => {
      rmSync(notes, { recursive: true });
      cpSync(join(fixture, part), notes, { recursive: true });
      commit(part);
    };
    become('base');
    git('checkout', '--quiet', '-b', 'other');
    become('theirs');
    git('checkout', '--quiet', 'main');
    become('mine');
    expect(git('merge', '--quiet', 'other').status).toBe(0);
    expect(await readTree(notes)).toEqual(await readTree(join(fixture, 'expected')));
  });

  it('with edits in the same lines have markers in base and code; once the code is resolved, update repairs the base', async () => {
    const status = await branches(
      () => host.edit('manifest.yaml', 'Keeps notes', 'Keeps all notes'),
      () => host.edit('manifest.yaml', 'Keeps notes', 'Keeps few notes'),
    );
    expect(status).toBe(1);
    expect(host.read('.ai-module/pristine.base')).toContain('<<<<<<< ');
    for (const file of ['manifest.yaml', 'service.ts', 'index.ts', 'README.md'])
      host.write(file, host.read(file).replace(/<<<<<<< .*\n([\s\S]*?)=======\n[\s\S]*?>>>>>>> .*\n/g, '$1'));
    host.edit('service.ts', 'return 1', 'return 11');
    expect((await succeedIn(host.root, ['status', '--verify-base'])).out).toContain('notes: the merge base is correct');
    await succeedIn(host.root, ['update', '--yes']);
    expect(host.read('.ai-module/pristine.base')).not.toContain('<<<<<<<');
    expect(host.read('service.ts')).toContain('return 11');
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
  });
});

describe.skipIf(!hasGit)('a missing merge base', () => {
  const path = '.ai-module/pristine.base';
  beforeEach(async () => {
    host = await hostWithModule();
    git('init', '--quiet', '-b', 'main');
    commit('start');
    host.edit('service.ts', 'return 1', 'return 11');
    host.use(packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } }));
  });

  it.each([
    ['deleted', () => unlinkSync(join(host.root, 'modules/notes', path))],
    ['overwritten', () => host.write(path, 'nonsense\n')],
  ])('is restored from git: %s', async (_, spoil) => {
    spoil();
    const { err } = await succeedIn(host.root, ['update', '--yes']);
    expect(err).toContain('modules/notes: the merge base was restored from git.');
    for (const text of ['return 11', 'return 22']) expect(host.read('service.ts')).toContain(text);
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
  });

  it('that is not in git either is an error that suggests adopt', async () => {
    unlinkSync(join(host.root, 'modules/notes', path));
    commit('gone');
    const { code, err } = await runIn(host.root, ['update', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('create-ai-module adopt notes')]);
  });
});

describe('status --verify-base', () => {
  it('renders the last version again, from the manifest at that time', async () => {
    host = await hostWithModule();
    host.edit('manifest.yaml', 'Keeps notes', 'Finds notes');
    const fine = await succeedIn(host.root, ['status', '--verify-base']);
    expect(fine.out).toBe('notes: the merge base is correct\n');
    host.edit('.ai-module/pristine.base', 'return 1', 'return 3');
    const { code, out } = await runIn(host.root, ['status', '--verify-base']);
    expect([code, out]).toEqual([
      1,
      'notes: the merge base differs from what the template pack generates: service.ts\n',
    ]);
    host.use(packFolder('1.3.0'));
    expect((await succeedIn(host.root, ['status', '--verify-base'])).out).toContain('cannot be verified');
  });
});

it('never writes through a link in place of a file', async () => {
  host = await hostWithModule();
  const place = join(host.root, 'modules/notes/service.ts');
  unlinkSync(place);
  symlinkSync(join(host.root, 'mini.json'), place);
  host.use(packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 1': 'return 11' }) } }));
  await succeedIn(host.root, ['update', '--yes']);
  expect(existsSync(place)).toBe(true);
  expect(host.read('../../mini.json')).not.toContain('return');
});

it('a file of 50,000 lines that repeat, edited in several places, is merged by git', { timeout: 120_000 }, async () => {
  const same = '  same();\n\n'.repeat(12_500);
  const long = (first: string, middle: string, last: string) => `${first}\n${same}${middle}\n${same}${last}\n`;
  host = await hostWithModule(packFolder('1.2.0', { files: { 'module/long.ts': long('first', 'middle', 'last') } }));
  host.write('long.ts', long('mine', 'mine', 'last'));
  host.use(packFolder('1.3.0', { files: { 'module/long.ts': long('first', 'middle', 'theirs') } }));
  const { code } = await runIn(host.root, ['update', '--yes', '--on-conflict', 'markers']);
  if (hasGit) expect([code, host.read('long.ts') === long('mine', 'mine', 'theirs')]).toEqual([0, true]);
  else expect(code).toBe(1);
});
