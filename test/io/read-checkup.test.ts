import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findManifests } from '../../src/io/host/find-manifests.ts';
import { readCheckups } from '../../src/io/host/read-checkup.ts';
import { tempFolder } from './temp-folder.ts';

const large = '# more\n'.repeat(10_000);

it('keeps manifests of any size in order, and reports unreadable ones', async () => {
  const root = tempFolder();
  const texts = ['', large, '', large, large, ''].map((text, at) => `${text}name: m${at}\n`);
  for (const [at, text] of texts.entries()) {
    mkdirSync(join(root, `m${at}`));
    writeFileSync(join(root, `m${at}/manifest.yaml`), text);
  }
  const found = await findManifests(root, ['.']);
  rmSync(join(root, 'm2/manifest.yaml'));
  rmSync(join(root, 'm4/manifest.yaml'));
  const [read, ...others] = await readCheckups(root, found);
  expect(others).toEqual([]);
  expect(read?.checkup.manifests).toEqual(
    [0, 1, 3, 5].map((at) => ({ file: `m${at}/manifest.yaml`, folder: `m${at}`, text: texts[at], inHost: undefined })),
  );
  expect(read?.unreadable.map(({ file, rule }) => `${file} ${rule}`).sort()).toEqual([
    'm2/manifest.yaml unreadable',
    'm4/manifest.yaml unreadable',
  ]);
});

it('shows paths relative to the working directory, and groups the modules of one folder', async () => {
  const root = tempFolder();
  for (const folder of ['here', 'there/a', 'there/b']) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'manifest.yaml'), 'name: x\n');
  }
  writeFileSync(join(root, 'there/other.yaml'), 'name: x\n');
  const cwd = join(root, 'here');
  const found = await findManifests(cwd, ['.', '../there', '../there/other.yaml']);
  const checkups = await readCheckups(cwd, found);
  expect(checkups.map(({ checkup }) => checkup.manifests.map(({ file, folder }) => [file, folder]))).toEqual([
    [['manifest.yaml', 'here']],
    [
      ['../there/a/manifest.yaml', 'a'],
      ['../there/b/manifest.yaml', 'b'],
      ['../there/other.yaml', undefined],
    ],
  ]);
});

it('does not take the folder in which another run stages a module for a module', async () => {
  const root = tempFolder();
  for (const folder of ['a', '.create-ai-module-x1-0.new']) {
    mkdirSync(join(root, folder));
    writeFileSync(join(root, folder, 'manifest.yaml'), 'name: a\n');
  }
  expect([...(await findManifests(root, ['.']))]).toEqual([join(root, 'a/manifest.yaml')]);
});
