import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith, type UpdatedHost } from './update-packs.ts';

const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });

let host: UpdatedHost;
beforeEach(async () => {
  host = await hostWithModule();
  host.edit('service.ts', 'return 1', 'return 11');
});

it('a copy of a module under another name takes that name, and keeps what was written', async () => {
  cpSync(join(host.root, 'modules/notes'), join(host.root, 'modules/memos'), { recursive: true });
  host.edit('../memos/manifest.yaml', 'name: "notes"', 'name: "memos"');
  await succeedIn(host.root, ['update', 'memos', '--yes']);
  expect(host.read('../memos/service.ts')).toContain('// Memos\n');
  expect(host.read('../memos/service.ts')).toContain('return 11');
  expect(host.read('service.ts')).toContain('// Notes\n');
  expect((await runIn(host.root, ['update', '--check'])).code).toBe(0);
});

it('a module whose folder has another name than its manifest says so', async () => {
  renameSync(join(host.root, 'modules/notes'), join(host.root, 'modules/other'));
  expect((await succeedIn(host.root, ['status'])).err).toContain('modules/other holds the module notes');
});

it('modules that are somewhere else now are found there', async () => {
  host.use(`${newer}\nmodules_dir: parts`);
  renameSync(join(host.root, 'modules'), join(host.root, 'parts'));
  await succeedIn(host.root, ['update', '--yes']);
  for (const text of ['return 11', 'return 22']) expect(host.read('../../parts/notes/service.ts')).toContain(text);
  expect(existsSync(join(host.root, 'modules'))).toBe(false);
});

it('a pack that is gone is named, and nothing is written', async () => {
  const pack = packFolder('1.3.0');
  host.use(pack);
  rmSync(pack, { recursive: true });
  const before = snapshot(host.root);
  const { code, err } = await runIn(host.root, ['update', '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining(pack)]);
  expect(snapshot(host.root)).toEqual(before);
});
