import { expect, it } from 'vitest';
import { extendTree, unknownRemovals } from '../../../../src/core/pack/source/extend.ts';
import { relPath } from '../../../../src/core/tree/rel-path.ts';
import { type Tree, textFile } from '../../../../src/core/tree/tree.ts';

const treeOf = (texts: Readonly<Record<string, string>>): Tree =>
  new Map(Object.entries(texts).map(([path, text]) => [relPath(path), textFile(text)]));
const base = treeOf({
  'pack.yaml': 'base',
  'README.md': 'base',
  'module/a.ts.hbs': 'base',
  'module/b.ts.hbs': 'base',
  'attach/x/c.ts': 'base',
  'partials/p.hbs': 'base',
});
const textsOf = (tree: Tree) => Object.fromEntries([...tree].map(([path, { content }]) => [path, content]));

it('adds, replaces and removes files', () => {
  const own = treeOf({ 'pack.yaml': 'own', 'module/a.ts.hbs': 'own', 'module/new.ts': 'own' });
  expect(textsOf(extendTree(base, own, ['module/b.ts.hbs']))).toEqual({
    'attach/x/c.ts': 'base',
    'partials/p.hbs': 'base',
    'pack.yaml': 'own',
    'module/a.ts.hbs': 'own',
    'module/new.ts': 'own',
  });
});

it('replaces a template by a file, and removes a folder', () => {
  const own = treeOf({ 'pack.yaml': 'own', 'module/a.ts': 'own' });
  expect(Object.keys(textsOf(extendTree(base, own, ['attach/'])))).toEqual([
    'module/b.ts.hbs',
    'partials/p.hbs',
    'pack.yaml',
    'module/a.ts',
  ]);
});

it('names removals that remove nothing', () => {
  expect(unknownRemovals(base, ['module/a.ts.hbs', 'attach/', 'module/a.ts', 'host/'])).toEqual([
    'module/a.ts',
    'host/',
  ]);
});
