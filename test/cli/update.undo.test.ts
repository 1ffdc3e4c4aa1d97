import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
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
