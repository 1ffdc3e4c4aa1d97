import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mini, newHost } from '../cli/hosts.ts';
import { makeReadOnly, mount } from '../io/mount.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { bigPack } from './big-pack.ts';
import { builtBin } from './built-bin.ts';
import { type ExpectedFailure, expectFailure, expectOneMessage } from './expect-failure.ts';

let bin: string;
beforeAll(async () => {
  bin = await builtBin();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built bin in a process, optionally as another user if the test runs as root. */
function runBin(args: readonly string[], cwd: string, asNobody = false): Promise<Ended> {
  const who = asNobody && process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  return new Promise((done) => {
    const child = execFile(process.execPath, [bin, ...args], { cwd, ...who }, (_, out, err) =>
      done({ code: child.exitCode, out, err }),
    );
  });
}

async function expectBinFailure(root: string, args: readonly string[], expected: ExpectedFailure, asNobody = false) {
  const before = snapshot(root);
  const { code, err } = await runBin(args, root, asNobody);
  expectOneMessage(err, expected);
  expect(code).toBe(expected.code ?? 2);
  expect(snapshot(root)).toEqual(before);
}

describe('a host that is not writable', () => {
  const refused = { code: 3, hint: 'then run the command again' } as const;

  it.for([
    ['a new module', ['new', 'alpha', '--stack', mini, '--yes']],
    ['a new host', ['host', 'init', 'there', '--stack', mini, '--yes']],
  ] as const)('a read-only disk: %s', async ([, args], context) => {
    const root = mount(context, 'size=1m');
    writeFileSync(join(root, 'mini.json'), '{ "mini": 1 }\n');
    makeReadOnly(root);
    await expectBinFailure(root, args, { ...refused, reason: /Writing .* failed: read-only file system \(EROFS\)/ });
  });

  it('a folder of another user', async () => {
    const root = tempFolder();
    writeFileSync(join(root, 'mini.json'), '{ "mini": 1 }\n');
    chmodSync(root, 0o555);
    const args = ['new', 'alpha', '--stack', mini, '--yes'];
    await expectBinFailure(root, args, { ...refused, reason: /Writing .* failed: permission denied \(EACCES\)/ }, true);
    chmodSync(root, 0o755);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['modules', [], /modules\/alpha cannot be read or written: permission denied \(EACCES\)/],
    ['.env.example', [], /\.env\.example cannot be read: permission denied \(EACCES\)/],
    ['ai-modules.yaml', [], /ai-modules\.yaml cannot be read: permission denied \(EACCES\)/],
    ['given.yaml', ['--answers', 'given.yaml'], /given\.yaml cannot be read: permission denied \(EACCES\)/],
    ['given.yaml', ['--from', 'given.yaml'], /given\.yaml cannot be read: permission denied \(EACCES\)/],
  ])('%s without permission to read it', async (name, argv, reason) => {
    const root = await newHost();
    if (name === 'modules') mkdirSync(join(root, name));
    if (name === 'given.yaml') writeFileSync(join(root, name), '');
    chmodSync(dirname(root), 0o755);
    chmodSync(join(root, name), 0o000);
    const { code, err } = await runBin(['new', 'alpha', '--yes', ...argv], root, true);
    chmodSync(join(root, name), 0o755);
    expectOneMessage(err, { reason });
    expect([2, 3]).toContain(code);
  });

  it('a full disk', async (context) => {
    const root = mount(context, 'size=1m');
    writeFileSync(join(root, 'mini.json'), '{ "mini": 1 }\n');
    const args = ['new', 'alpha', '--stack', bigPack(400), '--yes'];
    await expectBinFailure(root, args, {
      ...refused,
      reason: /Writing modules\/alpha\/data\/\d+\.txt failed: no space left on device \(ENOSPC\)/,
    });
  });
});

describe('an unusable target', () => {
  it.each<[string, (root: string) => void, ExpectedFailure]>([
    [
      'a file',
      (root) => writeFileSync(join(root, 'modules'), ''),
      { reason: 'modules/alpha cannot be used: modules is not a folder' },
    ],
    [
      'a link out of the host',
      (root) => symlinkSync(tempFolder(), join(root, 'modules')),
      {
        reason: /modules\/alpha cannot be used: modules is a symbolic link to .*, outside/,
        hint: 'only written inside the target folder',
      },
    ],
    [
      'a broken link',
      (root) => symlinkSync('nowhere', join(root, 'modules')),
      { reason: 'modules/alpha cannot be used: modules is a broken symbolic link' },
    ],
    [
      'a circular link',
      (root) => symlinkSync('modules', join(root, 'modules')),
      { reason: 'modules/alpha cannot be used: modules is a broken symbolic link' },
    ],
    [
      'a host file that is a link out of the host',
      (root) => {
        rmSync(join(root, '.env.example'));
        symlinkSync('/etc/hostname', join(root, '.env.example'));
      },
      { reason: '.env.example cannot be used: .env.example is a symbolic link to /etc/hostname, outside' },
    ],
  ])('%s', async (_, arrange, expected) => {
    const root = await newHost();
    arrange(root);
    for (const flag of ['--yes', '--dry-run']) await expectFailure(root, ['new', 'alpha', flag], expected);
  });

  it.each<[string, (root: string) => string, string]>([
    ['a file as the host', (root) => join(root, 'mini.json'), 'mini.json cannot be used: it is a file, not a folder'],
    ['a missing host', (root) => join(root, 'nowhere'), 'No host application was found: '],
  ])('%s', async (_, host, reason) => {
    const root = await newHost();
    await expectFailure(root, ['new', 'alpha', '--yes', '--host', host(root)], { reason });
  });
});

describe('two runs at once', () => {
  it('with the same name: one creates the module, the other fails', async () => {
    const root = await newHost();
    const runs = await Promise.all([1, 2, 3].map(() => runBin(['new', 'alpha', '--yes'], root)));
    expect(runs.filter(({ code }) => code === 0)).toHaveLength(1);
    for (const { code, err } of runs.filter((run) => run.code !== 0)) {
      expectOneMessage(err, { reason: /The module alpha already exists|changed on disk after the plan was made/ });
      expect([2, 3]).toContain(code);
    }
    const alone = await newHost();
    await runBin(['new', 'alpha', '--yes'], alone);
    expect(snapshot(root)).toEqual(snapshot(alone));
  });

  it('with different names: each module is complete or its run failed, and no line of the host is lost', async () => {
    const root = await newHost();
    const names = ['alpha', 'beta', 'gamma', 'delta'];
    const run = (name: string) =>
      runBin(['new', name, '--yes', '--config', `${name}_env=${name.toUpperCase()}_KEY`], root);
    const runs = await Promise.all(names.map(run));
    const made = names.filter((_, index) => runs[index]?.code === 0);
    expect(made.length).toBeGreaterThan(0);
    for (const { err } of runs.filter(({ code }) => code !== 0))
      expectOneMessage(err, { reason: 'changed on disk after the plan was made', hint: 'Run the command again.' });
    expect(readdirSync(join(root, 'modules')).sort()).toEqual([...made].sort());

    for (const name of names.filter((one) => !made.includes(one))) expect((await run(name)).code).toBe(0);
    const lines = readFileSync(join(root, '.env.example'), 'utf8').split('\n');
    for (const name of names) expect(lines).toContain(`${name.toUpperCase()}_KEY=`);
    expect(readdirSync(root)).not.toContain('.create-ai-module');
  });
});

it.each(['--version', '--help', 'new alpha --dry-run --diff'])(
  '%s exits quietly if its output is not read',
  async (args) => {
    const host = await newHost();
    const command = `"${process.execPath}" "${bin}" ${args} | true`;
    const said = await new Promise<string>((done) =>
      execFile('bash', ['-c', command], { cwd: host }, (_, out, err) => done(out + err)),
    );
    expect(said).not.toMatch(/EPIPE|\n\s+at /);
  },
);
