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

it('reports a module whose folder and manifest have different names', async () => {
  renameSync(join(host.root, 'modules/notes'), join(host.root, 'modules/other'));
  expect((await succeedIn(host.root, ['status'])).err).toContain('modules/other contains the module notes');
});

it('names a missing pack and writes nothing', async () => {
  const pack = packFolder('1.3.0');
  host.use(pack);
  rmSync(pack, { recursive: true });
  const before = snapshot(host.root);
  const { code, err } = await runIn(host.root, ['update', '--yes']);
  expect([code, err]).toEqual([2, expect.stringContaining(pack)]);
  expect(snapshot(host.root)).toEqual(before);
});
