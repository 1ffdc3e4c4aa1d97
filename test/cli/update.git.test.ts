import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith, type UpdatedHost } from './update-packs.ts';

const service = 'modules/notes/service.ts';
const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });
const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@localhost', '-c', 'commit.gpgsign=false'];

const git = (root: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const tryGit = (root: string, ...args: readonly string[]) =>
  spawnSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' });
const shortStatus = (root: string, path = service) => git(root, 'status', '--porcelain', '--', path);
const unmerged = (root: string) => git(root, 'ls-files', '--unmerged');

/** A committed host whose module has an edit that conflicts with the new version of the pack. */
async function committedHost(before?: (host: UpdatedHost) => void): Promise<UpdatedHost> {
  const host = await hostWithModule();
  git(host.root, 'init', '--quiet');
  before?.(host);
  git(host.root, 'add', '--all');
  git(host.root, 'commit', '--quiet', '--message', 'start');
  host.edit('service.ts', 'return 2', 'return 2000');
  git(host.root, 'commit', '--quiet', '--all', '--message', 'edit');
  host.use(newer);
  return host;
}

const withMarkers = ['update', '--yes', '--on-conflict', 'markers'];

describe('a conflict in a git repository', () => {
  it('has the three versions in the index, as after a merge', async () => {
    const { root } = await committedHost();
    const { code, err } = await runIn(root, withMarkers);
    expect(code).toBe(1);
    expect(err).toContain('Note: git lists 1 file as unmerged. Resolve it in an editor or with `git mergetool`');
    expect(shortStatus(root)).toBe(`UU ${service}\n`);
    expect(git(root, 'show', `:1:${service}`)).toContain('return 2;');
    expect(git(root, 'show', `:2:${service}`)).toContain('return 2000;');
    expect(git(root, 'show', `:3:${service}`)).toContain('return 22;');
    expect(tryGit(root, 'commit', '--message', 'too early')).toMatchObject({ status: 128 });
  });

  it('is resolved by git mergetool, git add and git commit', async () => {
    const { root } = await committedHost();
    await runIn(root, withMarkers);
    const tool = ['-c', 'mergetool.pick.cmd=cp "$REMOTE" "$MERGED"', '-c', 'mergetool.pick.trustExitCode=true'];
    git(root, ...tool, '-c', 'mergetool.keepBackup=false', 'mergetool', '--no-prompt', '--tool=pick');
    expect(unmerged(root)).toBe('');
    expect(readFileSync(join(root, service), 'utf8')).toContain('return 22;');
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message', 'Update');
    expect((await succeedIn(root, ['update', '--check'])).out).toContain('everything is up to date');
  });

  it('can be started again with git checkout --merge, from uncommitted edits as well', async () => {
    const host = await committedHost();
    host.edit('service.ts', 'return 1', 'return 1000');
    await runIn(host.root, withMarkers);
    host.write('service.ts', 'lost\n');
    git(host.root, 'checkout', '--quiet', '--merge', '--', service);
    expect(host.read('service.ts')).toMatch(
      /return 1000[\s\S]*<<<<<<<[\s\S]*return 2000[\s\S]*=======[\s\S]*return 22/,
    );
  });

  it('is undone in the index, byte for byte', async () => {
    const { root } = await committedHost();
    const before = [git(root, 'ls-files', '--stage'), git(root, 'status', '--porcelain')];
    await runIn(root, withMarkers);
    expect(unmerged(root)).not.toBe('');
    const { err } = await succeedIn(root, ['undo', '--yes']);
    expect(err).not.toContain('Note:');
    expect([git(root, 'ls-files', '--stage'), git(root, 'status', '--porcelain')]).toEqual(before);
  });

  it('leaves a file that was added since in the index', async () => {
    const { root } = await committedHost();
    await runIn(root, withMarkers);
    git(root, 'add', service);
    const added = git(root, 'ls-files', '--stage', service);
    await succeedIn(root, ['undo', '--yes']);
    expect(git(root, 'ls-files', '--stage', service)).toBe(added);
  });

  it('reports a file that the template no longer has as deleted by them', async () => {
    const host = await committedHost();
    const smaller = packFolder('1.4.0');
    rmSync(join(smaller, 'module/service.ts.hbs'));
    host.use(smaller);
    expect((await runIn(host.root, withMarkers)).code).toBe(1);
    expect(shortStatus(host.root)).toBe(`UD ${service}\n`);
    expect(host.read('service.ts')).toContain('return 2000');
  });

  it('reports a file of the user that the template now has as added by both', async () => {
    const host = await committedHost(({ write }) => write('extra.txt', 'mine\n'));
    host.use(packFolder('1.4.0', { files: { 'module/extra.txt': 'theirs\n' } }));
    expect((await runIn(host.root, withMarkers)).code).toBe(1);
    expect(shortStatus(host.root, 'modules/notes/extra.txt')).toBe('AA modules/notes/extra.txt\n');
    expect(host.read('extra.txt.new')).toBe('theirs\n');
  });

  it('is found in a host below the top of the repository, in a folder with unusual letters', async () => {
    const top = tempFolder();
    const host = await hostWithModule();
    const root = join(top, 'our "höst"');
    execFileSync('cp', ['-R', host.root, root]);
    git(top, 'init', '--quiet');
    git(top, 'add', '--all');
    git(top, 'commit', '--quiet', '--message', 'start');
    const file = join(root, service);
    writeFileSync(file, readFileSync(file, 'utf8').replace('return 2;', 'return 2000;'));
    writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${newer}\n`);
    await runIn(root, withMarkers);
    expect(git(root, '-c', 'core.quotePath=false', 'status', '--short', service)).toContain('UU ');
    await succeedIn(root, ['undo', '--yes']);
    expect(unmerged(top)).toBe('');
  });

  it('has line feeds in the index if git converts line endings', async () => {
    const host = await committedHost();
    git(host.root, 'config', 'core.autocrlf', 'true');
    host.write('service.ts', host.read('service.ts').replaceAll('\n', '\r\n'));
    await runIn(host.root, withMarkers);
    for (const stage of [1, 2, 3]) expect(git(host.root, 'show', `:${stage}:${service}`)).not.toContain('\r');
  });
});

describe('the index stays as it is', () => {
  const staysSame = async (host: UpdatedHost, list = () => git(host.root, 'ls-files', '--stage')) => {
    const before = list();
    const { code, err } = await runIn(host.root, withMarkers);
    expect([code, err]).toEqual([1, expect.not.stringContaining('as unmerged')]);
    expect(host.read('service.ts')).toContain('<<<<<<< yours');
    expect(list()).toBe(before);
  };

  it('for a file with staged changes', async () => {
    const host = await committedHost();
    host.edit('service.ts', 'return 1', 'return 1000');
    git(host.root, 'add', service);
    await staysSame(host);
  });

  it('for a file that git does not track', async () => {
    const host = await committedHost();
    git(host.root, 'rm', '--quiet', '--cached', '-r', 'modules');
    git(host.root, 'commit', '--quiet', '--message', 'ignore');
    writeFileSync(join(host.root, '.gitignore'), 'modules/\n');
    await staysSame(host);
  });

  it('in a repository without a commit', async () => {
    const host = await hostWithModule();
    git(host.root, 'init', '--quiet');
    git(host.root, 'add', '--all');
    host.edit('service.ts', 'return 2', 'return 2000');
    host.use(newer);
    await staysSame(host);
  });

  it('during a merge', async () => {
    const host = await committedHost();
    git(host.root, 'switch', '--quiet', '--create', 'other');
    git(host.root, 'commit', '--quiet', '--allow-empty', '--message', 'other');
    git(host.root, 'switch', '--quiet', '-');
    git(host.root, 'merge', '--quiet', '--no-ff', '--no-commit', 'other');
    await staysSame(host);
  });

  it('in the main worktree, if the host is in another one', async () => {
    const { root } = await committedHost();
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message', 'newer');
    const linked = join(tempFolder(), 'linked');
    git(root, 'worktree', 'add', '--quiet', '--detach', linked);
    const before = git(root, 'ls-files', '--stage');
    expect((await runIn(linked, withMarkers)).code).toBe(1);
    expect(shortStatus(linked)).toBe(`UU ${service}\n`);
    expect(git(root, 'ls-files', '--stage')).toBe(before);
    expect(unmerged(root)).toBe('');
  });

  it('while another process holds it, and a note gives the reason', async () => {
    const host = await committedHost();
    writeFileSync(join(host.root, '.git/index.lock'), '');
    const { code, err } = await runIn(host.root, withMarkers);
    expect([code, err]).toEqual([1, expect.stringContaining('Note: git did not record the conflicts: fatal: Unable')]);
    expect(host.read('service.ts')).toContain('<<<<<<< yours');
    rmSync(join(host.root, '.git/index.lock'));
    await succeedIn(host.root, ['undo', '--yes']);
    expect(unmerged(host.root)).toBe('');
  });
});

describe('what a conflict left', () => {
  it('is listed by status and fails update --check: a generated version beside a file', async () => {
    const host = await committedHost();
    await runIn(host.root, ['update', '--yes', '--on-conflict', 'sidecar']);
    expect(existsSync(join(host.root, `${service}.new`))).toBe(true);
    const { out } = await succeedIn(host.root, ['status']);
    expect(out).toMatch(/conflict {2}service\.ts\.new {2}a generated version of service\.ts: take what you need/);
    const check = await runIn(host.root, ['update', '--check']);
    expect([check.code, check.err]).toEqual([
      1,
      expect.stringContaining(`Note: ${service}.new is a generated version of service.ts`),
    ]);
    rmSync(join(host.root, `${service}.new`));
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
  });

  it('is listed by status and fails update --check: markers in a file that is not merged', async () => {
    const host = await committedHost();
    await runIn(host.root, ['update', '--yes', '--on-conflict', 'ours']);
    const markers = '<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n';
    host.write('own.ts', markers);
    // A document may explain markers.
    host.write('merging.md', markers);
    const { out } = await succeedIn(host.root, ['status']);
    expect(out).toMatch(/conflict {2}own\.ts +has unresolved conflicts/);
    expect(out).not.toContain('merging.md');
    const check = await runIn(host.root, ['update', '--check']);
    expect([check.code, check.err]).toEqual([1, expect.stringContaining('own.ts has unresolved conflicts: edit it')]);
    expect((await runIn(host.root, ['update'])).code).toBe(0);
    host.write('own.ts', '2\n');
    expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
  });
});
