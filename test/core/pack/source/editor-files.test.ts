import { expect, it } from 'vitest';
import { isEditorFile } from '../../../../src/core/pack/source/editor-files.ts';
import { makePack } from '../make-pack.ts';

it.each([
  '.DS_Store',
  'module/.DS_Store',
  'a.ts.hbs~',
  'x/.a.ts.swp',
  '.#a',
  '#a#',
  'a.orig',
  'a.rej',
  '._a',
  'Thumbs.db',
])('finds %s', (path) => expect(isEditorFile(path)).toBe(true));

it.each(['a.ts', '.env.hbs', '.gitignore.hbs', '.vscode/settings.json', 'swap.ts', 'original.md', 'a~b.ts'])(
  'leaves %s alone',
  (path) => expect(isEditorFile(path)).toBe(false),
);

it('leaves such files out of a module', () => {
  const pack = makePack({ 'module/a.md': 'a', 'module/.DS_Store': '', 'module/a.md~': '', 'partials/.x.hbs.swp': '' });
  expect(pack.files.module.map(({ source }) => source)).toEqual(['module/a.md']);
});
