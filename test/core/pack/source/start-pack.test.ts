import { expect, it } from 'vitest';
import { parsePackMeta } from '../../../../src/core/pack/pack-meta.ts';
import { copyOfPack, extensionOfPack, packNameOf } from '../../../../src/core/pack/source/start-pack.ts';
import { relPath } from '../../../../src/core/tree/rel-path.ts';
import { bundledMeta, bundledNames, bundledTree } from '../../../../src/io/pack/bundled-pack.ts';

it.each(bundledNames)('copies %s under another name, without its history', async (stack) => {
  const bundled = await bundledTree(stack);
  const copy = copyOfPack(bundled, 'acme');
  const meta = await parsePackMeta(String(copy.get(relPath('pack.yaml'))?.content), 'acme');
  const original = await bundledMeta(stack);
  expect(meta).toEqual({
    ...original,
    name: 'acme',
    version: '1.0.0',
    title: 'Acme',
    renames: [],
    replaced: {},
    manifest_changes: [],
    code_changes: [],
    host: { ...original.host, renames: [], replaced: {}, removed_imports: [] },
  });
  expect(copy.get(relPath('module/manifest.yaml.hbs'))).toEqual(bundled.get(relPath('module/manifest.yaml.hbs')));
  expect([...copy.keys()]).not.toContain('README.md');
});

it('extends a pack, with copies of some files', async () => {
  const file = relPath('module/utils.ts.hbs');
  const tree = extensionOfPack(await bundledTree('fastify'), 'acme', 'fastify', [file]);
  expect([...tree.keys()]).toEqual(['pack.yaml', file, 'package.json']);
  const text = String(tree.get(relPath('pack.yaml'))?.content);
  const base = await bundledMeta('fastify');
  const meta = await parsePackMeta(text, 'acme', async () => base);
  expect(meta).toMatchObject({ name: 'acme', version: '1.0.0', extends: 'fastify', commands: base.commands, base });
});

it.each([
  ['my-pack', 'my-pack'],
  ['My Pack', 'my-pack'],
  ['acme_pack', 'acme-pack'],
  ['1st', 'st'],
  ['名', ''],
])('names a pack in the folder %s %s', (folder, name) => expect(packNameOf(folder)).toBe(name));
