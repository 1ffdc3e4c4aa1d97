import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith, type UpdatedHost } from './update-packs.ts';

let host: UpdatedHost;
beforeEach(async () => {
  host = await hostWithModule();
  host.edit('service.ts', 'return 1', 'return 11');
});
const ours = /\.ai-module|\.gitattributes|^\.create-ai-module/;
const files = (root: string) => Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !ours.test(path)));

it('tracks a module that lost its merge base, and keeps every byte', async () => {
  rmSync(join(host.root, 'modules/notes/.ai-module'), { recursive: true });
  const before = files(host.root);
  expect((await succeedIn(host.root, ['update'])).err).toContain('run `create-ai-module adopt notes`');
  expect((await runIn(host.root, ['update', 'notes'])).code).toBe(2);
  expect((await succeedIn(host.root, ['adopt', 'notes', '--yes'])).out).toBe(
    'notes is adopted; edited files: service.ts\n',
  );
  expect(files(host.root)).toEqual(before);
  expect((await succeedIn(host.root, ['status'])).out).toContain('edited  service.ts');

  host.use(packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } }));
  await succeedIn(host.root, ['update', '--yes']);
  for (const text of ['return 11', 'return 22']) expect(host.read('service.ts')).toContain(text);
});

it('reports each module as adopted or already adopted', async () => {
  await succeedIn(host.root, ['new', 'drafts', '--author', 'Ann', '--yes']);
  rmSync(join(host.root, 'modules/notes/.ai-module'), { recursive: true });
  const adopt = ['adopt', 'drafts', 'notes'];
  expect((await succeedIn(host.root, [...adopt, '--dry-run'])).out).toContain('notes would be adopted; ');
  const { out } = await succeedIn(host.root, [...adopt, '--yes']);
  expect(out).toMatch(/^drafts is already adopted; .*\nnotes is adopted; /);
});

it('does nothing the second time, and refuses an unknown module', async () => {
  expect((await succeedIn(host.root, ['adopt', 'notes'])).out).toContain('notes is already adopted');
  const { code, err } = await runIn(host.root, ['adopt', 'nothing']);
  expect([code, err]).toEqual([2, expect.stringContaining('Available modules: notes.')]);
});
