import { describe, expect, it } from 'vitest';
import { editLinters } from '../../../../src/core/attach/node/linters.ts';
import { type App, filesOf } from '../apps.ts';

const edit = (app: App, devDependencies: Readonly<Record<string, string>> = {}) =>
  editLinters(filesOf(app), { scripts: {}, dependencies: {}, devDependencies }, 'src/ai');

describe('editLinters', () => {
  it.each<[string, string, string]>([
    ['a list', 'export default [\n  a,\n]\n', "export default [\n  { ignores: ['src/ai/**'] },\n  a,\n]\n"],
    ['a list on one line', 'export default [a]\n', "export default [{ ignores: ['src/ai/**'] }, a]\n"],
    [
      'a call with its quotes',
      'import x from "x";\nexport default tseslint.config(\n  x,\n);\n',
      'import x from "x";\nexport default tseslint.config(\n  { ignores: ["src/ai/**"] },\n  x,\n);\n',
    ],
    [
      'a list in a call',
      'export default defineConfig([\r\n\ta,\r\n]);\r\n',
      "export default defineConfig([\r\n\t{ ignores: ['src/ai/**'] },\r\n\ta,\r\n]);\r\n",
    ],
    ['CommonJS', 'module.exports = [\n  a,\n];\n', "module.exports = [\n  { ignores: ['src/ai/**'] },\n  a,\n];\n"],
  ])('adds the folder to the configuration of ESLint: %s', (_, text, after) => {
    expect(edit({ 'eslint.config.js': text })).toEqual([{ file: 'eslint.config.js', after }]);
  });

  it('prints the entry for another configuration', () => {
    expect(edit({ 'eslint.config.mjs': 'export default withNuxt()\n' })).toMatchObject([
      { file: 'eslint.config.mjs', lines: ["{ ignores: ['src/ai/**'] },"] },
    ]);
  });

  it('adds the folder to the file of ESLint 8, also if it is missing', () => {
    const eslint = { eslint: '^8.0.0' };
    expect(edit({}, eslint)).toEqual([{ file: '.eslintignore', after: 'src/ai/\n' }]);
    expect(edit({ '.eslintignore': 'dist' }, eslint)).toEqual([{ file: '.eslintignore', after: 'dist\nsrc/ai/\n' }]);
  });

  it.each<[string, string, string]>([
    ['version 2', '"files": { "includes": ["src/**"] }', '"files": { "includes": ["src/**", "!src/ai"] }'],
    ['version 1', '"files": {\n    "ignore": []\n  }', '"files": {\n    "ignore": ["src/ai"]\n  }'],
  ])('adds the folder to the files of Biome: %s', (_, files, after) => {
    expect(edit({ 'biome.json': `{\n  ${files}\n}\n` })).toEqual([{ file: 'biome.json', after: `{\n  ${after}\n}\n` }]);
  });

  it('prints the files of Biome if it has no list', () => {
    expect(edit({ 'biome.json': '{}\n' })).toMatchObject([{ lines: ['"files": { "includes": ["**", "!src/ai"] }'] }]);
  });

  it('needs nothing for an application without linters', () => {
    expect(edit({ 'src/main.ts': '' })).toEqual([]);
  });
});
