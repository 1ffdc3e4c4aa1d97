import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { parseMergeBase } from '../../../src/core/lock/merge-base.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { contextOf } from '../../../src/core/pack/context/context.ts';
import { renderModule } from '../../../src/core/pack/render-module.ts';
import { hostileTexts } from '../hostile.ts';
import { goodManifest } from '../manifest/good-manifest.ts';
import { makePack } from './make-pack.ts';

const mini = new URL('../../fixtures/packs/mini/module/manifest.yaml.hbs', import.meta.url);
const template = readFileSync(mini, 'utf8');

const pack = { name: 'tiny', version: '1.2.3' };
const render = (files: Parameters<typeof makePack>[0], manifest: Manifest = goodManifest('ocr'), exceptions?: string) =>
  renderModule(makePack(files, exceptions), contextOf(manifest, pack, {}));
const text = (tree: Awaited<ReturnType<typeof render>>, path: string) =>
  [...tree].find(([found]) => found === path)?.[1].content as string;

it('adds a lock file, the merge base of managed files, and git attributes', async () => {
  const tree = await render(
    { 'module/manifest.yaml.hbs': template, 'module/a.ts.hbs': 'a\n', 'module/gen.ts': 'g\n' },
    undefined,
    '[{path: module/manifest.yaml.hbs, policy: owned}, {path: module/gen.ts, policy: generated}]',
  );
  expect([...tree.keys()].sort()).toEqual([
    '.ai-module/lock.yaml',
    '.ai-module/pristine.base',
    '.gitattributes',
    'a.ts',
    'gen.ts',
    'manifest.yaml',
  ]);
  expect([...(parseMergeBase(text(tree, '.ai-module/pristine.base'))?.keys() ?? [])]).toEqual([
    'a.ts',
    'manifest.yaml',
  ]);
  expect(text(tree, '.ai-module/lock.yaml')).toBe(
    'lock_version: 1\npack: "tiny"\npack_version: "1.2.3"\nowned:\n  - "manifest.yaml"\n',
  );
});

it.each(hostileTexts)('preserves a description with %s in the manifest', async (_, description) => {
  const manifest = goodManifest('ocr', {
    description,
    author: description.slice(0, 200).trim() || 'a',
    configuration: {
      top: description,
      mode: { type: 'string', enum: [description, 'x'], description: description.slice(0, 1_000) },
    },
  });
  await render({ 'module/manifest.yaml.hbs': template }, manifest);
});

describe('rejects an invalid rendered manifest, with template and line', () => {
  const cases: [name: string, from: string, to: string, line: number, reason: string][] = [
    ['no YAML', 'author: {{yaml author}}', 'author: [', 5, 'is not YAML'],
    ['a value without quotes', '{{yaml version}}', '1.0', 2, 'version must be a string'],
    ['a missing key', 'author: {{yaml author}}\n', '', 1, 'author is missing'],
    ['a misspelt key', 'class_name:', 'className:', 5, 'unknown key "className"'],
    ['another value', '{{yaml description}}', '"Something else"', 3, 'different values for description'],
    ['a list left out', '  - {{yamlItem this 2}}\n', '  - "POST /process"\n', 10, 'endpoints[1] duplicates'],
    [
      'a default left out',
      'max_concurrent_jobs: {{yaml resources.max_concurrent_jobs}}',
      'max_concurrent_jobs: 11',
      35,
      'resources',
    ],
    ['an unknown name', '{{yaml author}}', '{{yaml autor}}', 4, 'the argument of yaml is undefined'],
  ];
  it.each(cases)('%s', async (_, from, to, line, reason) => {
    expect(template).toContain(from);
    const thrown = (await render({ 'module/manifest.yaml.hbs': template.replace(from, to) }).catch(
      (error: unknown) => error,
    )) as Failure<'pack-check-failed'>;
    expect(thrown).toBeInstanceOf(Failure);
    expect(thrown.args).toMatchObject({ pack: 'tiny', template: 'module/manifest.yaml.hbs', line });
    expect(thrown.args.reason).toContain(reason);
  });

  it('rejects a pack that renders no manifest', async () => {
    await expect(render({ 'module/a': '' })).rejects.toThrow('renders no manifest.yaml');
  });

  it('rejects a pack that copies its manifest', async () => {
    await expect(render({ 'module/manifest.yaml': 'name: x\n' })).rejects.toThrow(
      'module/manifest.yaml:1: the rendered',
    );
  });
});

it.each(['.gitattributes', '.ai-module/lock.yaml', '.ai-module/pristine.base'])(
  'rejects a pack that contains %s',
  async (path) => {
    await expect(render({ 'module/manifest.yaml.hbs': template, [`module/${path}`]: 'x' })).rejects.toThrow(
      'is reserved: create-ai-module generates it',
    );
  },
);
