import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost, stacks } from './hosts.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

it.each(stacks)('lists every module with version, pack and status, on %s', async (stack) => {
  const root = await newHost(stack);
  for (const name of ['text_search', 'beta'])
    await succeedIn(root, ['new', name, '--module-version', '2.1.0', '--author', 'Ada', '--yes']);
  const before = snapshot(root);
  const { out } = await succeedIn(root, ['list']);
  const rows = out.trimEnd().split('\n');
  expect(rows[0]).toMatch(/^module {7}version {2}pack +status$/);
  expect(rows[1]).toMatch(/^beta {9}2\.1\.0 {4}\w+@\S+ +clean$/);
  expect(rows[2]).toMatch(/^text_search {2}2\.1\.0 {4}\w+@\S+ +clean$/);
  expect(rows).toHaveLength(3);
  expect(snapshot(root)).toEqual(before);
});

it('counts the files of each state', async () => {
  const { root, edit, write, use } = await hostWithModule();
  edit('service.ts', 'return 2', 'return 20');
  write('extra.ts', 'export {};\n');
  expect((await succeedIn(root, ['list'])).out).toMatch(/^notes .* 1 edited$/m);
  use(packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } }));
  expect((await succeedIn(root, ['list'])).out).toMatch(/^notes .* 1 conflict$/m);
});

it('lists modules with an invalid manifest, without a lock file, and with one that is newer, beside the others', async () => {
  const { root } = await hostWithModule();
  for (const name of ['copied', 'newer', 'lost'])
    await succeedIn(root, ['new', `x${name}`, '--author', 'Ada', '--yes']);
  mkdirSync(join(root, 'modules/no_module'));
  mkdirSync(join(root, 'modules/directory/manifest.yaml'), { recursive: true });
  mkdirSync(join(root, 'modules/invalid'));
  writeFileSync(join(root, 'modules/invalid/manifest.yaml'), 'name: [');
  rmSync(join(root, 'modules/xcopied/.ai-module'), { recursive: true });
  rmSync(join(root, 'modules/xlost/.ai-module/lock.yaml'));
  const lock = join(root, 'modules/xnewer/.ai-module/lock.yaml');
  writeFileSync(lock, 'version: 99\n');
  const { out, err } = await succeedIn(root, ['list']);
  expect(out).not.toContain('no_module');
  expect(out).toMatch(/^directory +- +- +invalid manifest$/m);
  expect(out).toMatch(/^invalid +- +- +invalid manifest$/m);
  expect(out).toMatch(/^notes +1\.0\.0 +mini@1\.2\.0 +clean$/m);
  expect(out).toMatch(/^xcopied +1\.0\.0 +- +not tracked$/m);
  expect(out).toMatch(/^xlost +1\.0\.0 +- +cannot be updated$/m);
  expect(out).toMatch(/^xnewer +1\.0\.0 +- +cannot be updated$/m);
  expect(err).toContain('Note: modules/invalid/manifest.yaml is invalid. Run `create-ai-module validate`.\n');
  expect(err).toContain('To track it, run `create-ai-module adopt xcopied`.\n');
  expect(err).toContain('modules/xlost/.ai-module/lock.yaml is missing');
});

it('lists a module as clean if only another one has a problem', async () => {
  const { root } = await hostWithModule();
  await succeedIn(root, ['new', 'other', '--author', 'Ada', '--yes']);
  writeFileSync(join(root, 'modules/other/manifest.yaml'), '<<<<<<< mine\n');
  const { modules } = JSON.parse((await succeedIn(root, ['list', '--json'])).out);
  expect(modules).toEqual([
    expect.objectContaining({ name: 'notes', state: 'clean', files: {}, pack: { name: 'mini', version: '1.2.0' } }),
    expect.objectContaining({ name: 'other', state: 'invalid', version: null }),
  ]);
});

it('names modules that are links, as status and update do', async () => {
  const { root } = await hostWithModule();
  const elsewhere = tempFolder();
  cpSync(join(root, 'modules/notes'), join(elsewhere, 'shared'), { recursive: true });
  symlinkSync(join(elsewhere, 'shared'), join(root, 'modules/shared'));
  symlinkSync('notes', join(root, 'modules/again'));
  for (const command of ['list', 'status', 'update']) {
    const { err } = await succeedIn(root, [command]);
    expect(err).toContain(
      `Note: modules/shared is a link to ${realpathSync(elsewhere)}/shared. Update it in its own host.\n`,
    );
    expect(err).not.toContain('modules/again');
  }
  const { files } = JSON.parse((await runIn(root, ['validate', '--json'])).out);
  expect(files).toContain('modules/shared/manifest.yaml');
});

it('reports a host without modules', async () => {
  expect((await succeedIn(await newHost(), ['list'])).out).toBe('The host has no modules.\n');
});

it('refuses arguments and a folder without a host', async () => {
  expect((await runIn(await newHost(), ['list', 'notes'])).code).toBe(2);
  const { code, err } = await runIn(tempFolder(), ['list']);
  expect([code, err]).toEqual([2, expect.stringContaining('No host application was found')]);
});
