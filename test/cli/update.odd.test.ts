import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, type UpdatedHost } from './update-packs.ts';

let host: UpdatedHost;
beforeEach(async () => {
  host = await hostWithModule();
});

it('a module whose folder has another name than its manifest says so', async () => {
  renameSync(join(host.root, 'modules/notes'), join(host.root, 'modules/other'));
  expect((await succeedIn(host.root, ['status'])).err).toContain('modules/other contains the module notes');
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
