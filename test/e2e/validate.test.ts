import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';
import { Terminal } from './terminal.ts';

const manifest = (name: string, stem = name.charAt(0).toUpperCase() + name.slice(1)): string =>
  `name: ${name}\nversion: "1.0.0"\ndescription: Reads.\nauthor: Ada\nclass_name: ${stem}Module\n`;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As root, runs as user nobody, because root can read everything. */
async function validate(cwd: string, args: readonly string[]): Promise<Ended> {
  const bin = await builtBin();
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  // In a GitHub workflow the default format is github.
  const { GITHUB_ACTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, 'validate', ...args], { cwd, env, maxBuffer: 1e8, ...user }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

/** A host with these files in its modules folder, readable for every user. */
function hostWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = tempFolder();
  chmodSync(root, 0o755);
  writeFileSync(join(root, 'ai-modules.yaml'), 'stack: fastify\nmodules_dir: modules\n');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'modules', path)), { recursive: true });
    writeFileSync(join(root, 'modules', path), content);
  }
  return root;
}

/** A module whose manifest is a pipe. Reading it blocks until `fill`. */
function pipedModule(root: string, name: string): { readonly isRead: Promise<(text: string) => Promise<void>> } {
  const pipe = join(root, 'modules', name, 'manifest.yaml');
  mkdirSync(dirname(pipe), { recursive: true });
  execFileSync('mkfifo', [pipe]);
  const fill = async (text: string) => {
    const writer = await opened;
    await writer.writeFile(text);
    await writer.close();
  };
  const opened = open(pipe, 'w');
  return { isRead: opened.then(() => fill) };
}

it('finds the invalid one of ten thousand manifests', async () => {
  const names = Array.from({ length: 10_000 }, (_, at) => `m${at}x`);
  const root = hostWith(Object.fromEntries(names.map((name) => [`${name}/manifest.yaml`, manifest(name)])));
  writeFileSync(join(root, 'modules/m5000x/manifest.yaml'), `${manifest('m5000x')}colour: red\n`);
  const { code, out, err } = await validate(root, ['--no-code']);
  expect([code, err]).toEqual([1, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toBe('modules/m5000x/manifest.yaml:6:1 error unknown key "colour" (unknown-key)');
  expect(lines.at(-1)).toBe('1 error in 10,000 manifests');
  expect(lines).toHaveLength(5);
});

it('reports unreadable files, also one that is removed during the run, and problems in the others', async () => {
  const keys = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1\n`).join('');
  const root = hostWith({
    'binary/manifest.yaml': new Uint8Array(5_000).map((_, at) => at),
    'empty/manifest.yaml': '',
    'fine/manifest.yaml': manifest('fine'),
    // Read after the pipe.
    'zz_gone/manifest.yaml': manifest('zz_gone'),
    'large/manifest.yaml': '',
    'latin/manifest.yaml': Buffer.concat([Buffer.from(manifest('latin')), Buffer.from([0xc3, 0x28])]),
    'many/manifest.yaml': manifest('many') + keys,
    'shut/manifest.yaml': manifest('shut'),
    'typo/manifest.yaml': manifest('typo').replace('author', 'autor'),
  });
  const path = (module: string) => join(root, 'modules', module);
  truncateSync(path('large/manifest.yaml'), 50_000_000);
  chmodSync(path('shut/manifest.yaml'), 0);
  mkdirSync(path('circle'));
  symlinkSync('manifest.yaml', path('circle/manifest.yaml'));
  symlinkSync('.', path('round'));
  const { isRead } = pipedModule(root, 'z_pipe');

  const running = validate(root, ['--format', 'pretty']);
  const fill = await isRead;
  rmSync(path('zz_gone/manifest.yaml'));
  // Without a terminal there is no progress, even after a second.
  await wait(1_500);
  await fill(manifest('z_pipe', 'Zpipe'));
  const { code, out, err } = await running;

  expect([code, err]).toEqual([1, '']);
  const found = (module: string, message: string) =>
    expect(out).toMatch(new RegExp(`^modules/${module}/manifest\\.yaml(:\\d+:\\d+)? error ${message}`, 'm'));
  found('binary', 'it cannot be read: it is not UTF-8 text');
  found('circle', 'it cannot be read: too many symbolic links');
  found('empty', 'the manifest must be a mapping, not empty');
  found('zz_gone', 'it cannot be read: no such file or directory');
  found('large', '.*50000000 bytes; the limit is 1000000');
  found('latin', 'it cannot be read: it is not UTF-8 text');
  found('many', '19,950 more diagnostics in this file not shown');
  found('shut', 'it cannot be read: permission denied');
  found('typo', 'unknown key "autor"');
  expect(out).not.toMatch(/modules\/(z_pipe|fine|round)\/|^\s+at /m);
  expect(out).toMatch(/in 11 manifests\n$/);
});

it.each([
  ['a missing path', 'no/where', 'no/where cannot be read: it does not exist'],
  ['a folder without manifests', 'modules/none', 'modules/none has no manifest.yaml'],
  ['a circular link', 'circle', 'circle cannot be read: too many symbolic links'],
])('rejects %s', async (_, path, reason) => {
  const root = hostWith({ 'none/README.md': '', 'fine/manifest.yaml': manifest('fine') });
  symlinkSync('circle', join(root, 'circle'));
  const { code, out, err } = await validate(root, ['modules/fine', path]);
  expect([code, out, err]).toEqual([2, '', expect.stringContaining(reason)]);
  expect(err).not.toMatch(/^\s+at /m);
});

it('shows progress on a terminal once a run takes a second, and removes it', async () => {
  // Block scalars are for the exact reader, which takes about a millisecond.
  const names = Array.from({ length: 4_000 }, (_, at) => `m${at}x`);
  const text = (name: string) => manifest(name).replace('Reads.', '|\n  Reads.');
  const root = hostWith(Object.fromEntries(names.map((name) => [`${name}/manifest.yaml`, text(name)])));
  // Read first, so that any machine needs a second.
  const { isRead } = pipedModule(root, 'a_pipe');
  const terminal = new Terminal([process.execPath, await builtBin(), 'validate', '--no-code'], { cwd: root });
  const fill = await isRead;
  await wait(1_000);
  await fill(manifest('a_pipe', 'Apipe'));
  await terminal.glimpse('Checking manifests (1 s)');
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toBe('4,001 manifests valid');
});

it('shows no progress while a manifest is typed', async () => {
  const terminal = new Terminal([process.execPath, await builtBin(), 'validate', '-'], { cwd: tempFolder() });
  terminal.type(manifest('typed').replaceAll('\n', '\r'));
  await wait(1_500);
  terminal.press('ctrl-d');
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toMatch(/^class_name: TypedModule\n1 manifest valid$/m);
  expect(terminal.bytes).not.toContain('Checking');
});

it('resolves a pattern with the library in the package', async () => {
  const root = tempFolder();
  chmodSync(root, 0o755);
  for (const name of ['ocr', 'asr', 'tts']) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'manifest.yaml'), manifest(name));
  }
  expect(await validate(root, ['{o,a}*'])).toEqual({ code: 0, out: '2 manifests valid\n', err: '' });
});
