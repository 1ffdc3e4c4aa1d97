import { expect, it } from 'vitest';
import { snapshot } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });
const only = ['update', '--yes', '--manifest-only'];

it('applies changes of the manifest with the same template', async () => {
  const host = await hostWithModule();
  host.edit('manifest.yaml', 'Keeps notes', 'Keeps all notes');
  expect((await succeedIn(host.root, only)).out).toContain('Updated 1 module');
  expect(host.read('service.ts')).toContain('Keeps all notes');
});

it('writes nothing and exits with 2 if the template has another version, also with --check', async () => {
  const host = await hostWithModule();
  host.edit('manifest.yaml', 'Keeps notes', 'Keeps all notes');
  host.use(newer);
  const before = snapshot(host.root);
  for (const more of [[], ['--check'], ['--dry-run']]) {
    const { code, err } = await runIn(host.root, [...only, ...more]);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(
        '--manifest-only: the template of notes is mini@1.2.0, but the installed one is mini@1.3.0.',
      ),
    ]);
  }
  expect(snapshot(host.root)).toEqual(before);
});

it('without it, a note says that a change of the manifest also upgrades the template', async () => {
  const host = await hostWithModule();
  host.edit('manifest.yaml', 'Keeps notes', 'Keeps all notes');
  host.use(newer);
  const { err } = await succeedIn(host.root, ['update', '--yes']);
  expect(err).toContain('this update upgrades the template of notes to mini@1.3.0');
});

it('an upgrade alone needs no note', async () => {
  const host = await hostWithModule();
  host.use(newer);
  expect((await succeedIn(host.root, ['update', '--yes'])).err).not.toContain('Note:');
});
