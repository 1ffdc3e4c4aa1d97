import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { mini, stacks } from './hosts.ts';

const init = ['host', 'init', '--stack', mini, '--yes'];

describe.each(stacks)('host init with %s', (stack) => {
  it('creates a host that new finds', async () => {
    const cwd = tempFolder();
    const { out, err } = await succeedIn(cwd, ['host', 'init', 'my-host', '--stack', stack, '--yes']);
    expect(out).toMatch(/^Created a host in .*my-host: \d+ files created\n$/);
    expect(err).toContain('Next:\n  cd my-host\n');
    await succeedIn(join(cwd, 'my-host'), ['new', 'alpha', '--stack', stack, '--yes']);
  });

  it('shows the plan that it applies with --json', async () => {
    const cwd = tempFolder();
    const argv = ['host', 'init', 'there', '--stack', stack, '--json'];
    const shown = JSON.parse((await succeedIn(cwd, [...argv, '--dry-run'])).out);
    expect(snapshot(cwd)).toEqual(snapshot(tempFolder()));
    const applied = JSON.parse((await succeedIn(cwd, [...argv, '--yes'])).out);
    expect(applied).toEqual({ ...shown, written: true });
    for (const { path, content, bytes } of applied.changes) {
      if (bytes === undefined) expect(readFileSync(join(cwd, path), 'utf8')).toBe(content);
      else expect(readFileSync(join(cwd, path)).length).toBe(bytes);
    }
  });
});

describe('host init', () => {
  it('creates a host in the current folder and keeps existing files', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'notes.txt'), 'mine\n');
    const { err } = await succeedIn(cwd, init);
    expect(readFileSync(join(cwd, 'notes.txt'), 'utf8')).toBe('mine\n');
    expect(err).not.toContain('  cd ');
  });

  it.each([
    [{}, 'create-ai-module new'],
    [{ npm_command: 'init' }, 'npx create-ai-module new'],
  ])('prints the next steps with the program name: %j', async (env, next) => {
    const { err } = await succeedIn(tempFolder(), init, { env });
    expect(err).toContain(`Next:\n  node --version\n  ${next}\n  node --version\n`);
  });

  it('changes nothing the second time', async () => {
    const cwd = tempFolder();
    await succeedIn(cwd, init);
    const before = snapshot(cwd);
    expect((await succeedIn(cwd, init)).out).toContain('already contains all files of a host. Nothing to do.');
    expect(snapshot(cwd)).toEqual(before);
  });

  it('refuses to overwrite files of the user, and names them', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'mini.json'), '{}\n');
    const before = snapshot(cwd);
    const { code, err } = await runIn(cwd, init);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('already contains files that would be overwritten: mini.json.'),
    ]);
    expect(snapshot(cwd)).toEqual(before);
  });

  it('creates missing parent folders, all or none', async () => {
    const cwd = tempFolder();
    await succeedIn(cwd, ['host', 'init', 'a/b/c', '--stack', mini, '--yes']);
    expect(Object.keys(snapshot(cwd))).toContain('a/b/c/mini.json');
  });

  it.each<[string, string, (cwd: string) => void, string]>([
    ['a file', 'there', (cwd) => writeFileSync(join(cwd, 'there'), ''), 'it is not a folder'],
    ['below a file', 'there/host', (cwd) => writeFileSync(join(cwd, 'there'), ''), 'it is not a folder'],
    ['a link to nowhere', 'there', (cwd) => symlinkSync('nowhere', join(cwd, 'there')), 'it is not a folder'],
    [
      'a folder in place of a file',
      '.',
      (cwd) => mkdirSync(join(cwd, 'mini.json')),
      'mini.json cannot be used: it is not a regular file',
    ],
    [
      'a link to the outside in place of a file',
      '.',
      (cwd) => symlinkSync('/etc/hostname', join(cwd, 'mini.json')),
      'mini.json cannot be used: mini.json is a symbolic link to /etc/hostname, outside',
    ],
    ['a name that no disk has', 'x'.repeat(300), () => {}, 'longer than 255'],
    ['a name that Windows has not', 'what?', () => {}, 'it has a character that is illegal in file names'],
  ])('refuses a target that is %s', async (_, dir, arrange, reason) => {
    const cwd = tempFolder();
    arrange(cwd);
    const before = snapshot(cwd);
    for (const flag of ['--dry-run', '--yes']) {
      const { code, err } = await runIn(cwd, ['host', 'init', dir, '--stack', mini, flag]);
      expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
    }
    expect(snapshot(cwd)).toEqual(before);
  });

  it.each<[string, string, string]>([
    ['nope', 'Unknown stack nope.', 'Pass fastapi or fastify, the path of a folder'],
    ['./nope', 'Unknown stack ./nope.', 'the path of a folder that contains a pack.yaml, such as ./my-pack, '],
  ])('refuses --stack %s', async (stack, reason, hint) => {
    const { code, err } = await runIn(tempFolder(), ['host', 'init', '--stack', stack, '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
    expect(err).toContain(hint);
  });

  it('asks before it writes on a terminal', async () => {
    const cwd = tempFolder();
    const argv = ['host', 'init', '--stack', mini];
    expect(await runIn(cwd, argv, { replies: { 'Write these': false } })).toMatchObject({ code: 130 });
    expect(snapshot(cwd)).toEqual(snapshot(tempFolder()));
    expect((await succeedIn(cwd, argv, { replies: {} })).asked).toEqual(['Write these files?']);
  });
});
