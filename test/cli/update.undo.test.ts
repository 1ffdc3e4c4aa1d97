import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

const newer = packFolder('1.3.0', {
  files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }), 'module/new.ts': 'new\n' },
});
rmSync(join(newer, 'module/check.mjs'));

async function updatedHost() {
  const host = await hostWithModule();
  host.edit('service.ts', 'return 2', 'return 2000');
  host.use(newer);
  const before = snapshot(host.root);
  await succeedIn(host.root, ['update', '--yes', '--on-conflict', 'theirs']);
  expect(host.read('service.ts')).not.toContain('2000');
  return { host, before };
}

/** All files except the state of the tool. */
const files = (root: string) =>
  Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.create-ai-module')));

it('restores every byte from before the last update, once', async () => {
  const { host, before } = await updatedHost();
  const dry = await succeedIn(host.root, ['undo', '--dry-run']);
  expect(dry.out).toContain('~ service.ts');
  expect((await succeedIn(host.root, ['undo', '--yes'])).out).toBe(
    'Undone: 1 file created, 3 files changed, 1 file deleted\n',
  );
  expect(files(host.root)).toEqual(before);
  const again = await runIn(host.root, ['undo', '--yes']);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('There is no update to undo')]);
});

it('changes nothing if a file was edited since', async () => {
  const { host } = await updatedHost();
  host.edit('service.ts', 'return 1', 'return 11');
  const before = snapshot(host.root);
  const { code, err } = await runIn(host.root, ['undo', '--yes']);
  expect([code, err]).toEqual([
    2,
    expect.stringContaining('These files were edited after the update: modules/notes/service.ts.'),
  ]);
  expect(snapshot(host.root)).toEqual(before);
});

it('its record is ignored by git', async () => {
  const { host } = await updatedHost();
  const git = (...args: string[]) => execFileSync('git', ['-C', host.root, ...args], { encoding: 'utf8' });
  git('init', '--quiet');
  expect(existsSync(join(host.root, '.create-ai-module/last-update.json'))).toBe(true);
  expect(git('status', '--porcelain')).not.toContain('.create-ai-module');
});

it('reverts one update after the other, also those with conflicts, and stops at an edit', async () => {
  const host = await hostWithModule();
  const states = [files(host.root)];
  host.edit('service.ts', 'return 2', 'return 2000');
  for (const version of ['1.3.0', '1.4.0', '1.5.0']) {
    host.use(
      packFolder(version, {
        files: { 'module/service.ts.hbs': serviceWith({ 'return 2': `return ${version.at(2)}2` }) },
      }),
    );
    states.push(files(host.root));
    await runIn(host.root, ['update', '--yes', '--on-conflict', version === '1.5.0' ? 'markers' : 'ours']);
  }
  expect(host.read('service.ts')).toContain('<<<<<<<');
  const undoOne = async (note: string) => {
    expect((await succeedIn(host.root, ['undo', '--yes'])).err).toContain(note);
    // The test itself changed the pack.
    const { 'ai-modules.yaml': _, ...now } = files(host.root);
    const { 'ai-modules.yaml': __, ...then } = states.pop() ?? {};
    expect(now).toEqual(then);
  };
  await undoOne('Note: 2 earlier updates can be undone as well.');
  const base = host.read('.ai-module/pristine.base');
  host.write('.ai-module/pristine.base', `${base}edited\n`);
  expect((await runIn(host.root, ['undo', '--yes'])).code).toBe(2);
  host.write('.ai-module/pristine.base', base);
  await undoOne('Note: 1 earlier update can be undone as well.');
  await undoOne('');
  expect((await runIn(host.root, ['undo', '--yes'])).code).toBe(2);
});

it('keeps the last ten', async () => {
  const host = await hostWithModule();
  for (let number = 1; number <= 12; number += 1)
    await succeedIn(host.root, ['add', 'config', `setting_${number}=1`, '--module', 'notes', '--yes']);
  for (let number = 1; number <= 10; number += 1) await succeedIn(host.root, ['undo', '--yes']);
  expect(host.read('manifest.yaml')).toContain('setting_2');
  expect(host.read('manifest.yaml')).not.toContain('setting_3');
  expect((await runIn(host.root, ['undo', '--yes'])).err).toContain('There is no update to undo');
});

it('skips the record of an update that was never written', async () => {
  const { host, before } = await updatedHost();
  const record = join(host.root, '.create-ai-module/last-update.json');
  renameSync(record, join(host.root, '.create-ai-module/earlier-update-1.json'));
  const content = { content: 'x', encoding: 'utf8', mode: 0o644 };
  writeFileSync(record, JSON.stringify({ version: 1, changes: [{ path: 'never.txt', before: null, after: content }] }));
  await succeedIn(host.root, ['undo', '--yes']);
  expect(files(host.root)).toEqual(before);
});
