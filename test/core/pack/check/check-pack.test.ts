import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkPack } from '../../../../src/core/pack/check/check-pack.ts';
import { parsePackMeta } from '../../../../src/core/pack/pack-meta.ts';
import type { RelPath } from '../../../../src/core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../../../src/core/tree/tree.ts';
import { parseYaml } from '../../../../src/core/yaml/exact.ts';
import { readTree } from '../../../../src/io/fs/read-tree.ts';

const folderOf = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const miniFiles = await readTree(folderOf('test/fixtures/packs/mini'));

/** The problems of a pack, as `rule file:line message`. */
async function problemsOf(tree: Tree): Promise<string[]> {
  const text = String(tree.get('pack.yaml' as RelPath)?.content);
  const entries = [...tree.keys()].map((path) => ({ path, kind: 'file' as const }));
  const [meta, source] = await Promise.all([parsePackMeta(text, 'pack'), parseYaml(text)]);
  const found = await checkPack({ tree, entries, meta, source, own: new Set(tree.keys()) });
  return found.map(({ rule, file, line, message, hint }) => {
    expect(hint, message).not.toBe('');
    return `${rule} ${file}${line === undefined ? '' : `:${line}`} ${message}`;
  });
}

/** The problems of the small pack with other files and lines of pack.yaml. */
async function problemsWith(files: Readonly<Record<string, string>>, replace: readonly [string, string] = ['', '']) {
  const tree = new Map<string, TreeFile>(miniFiles);
  for (const [path, text] of Object.entries(files)) tree.set(path, textFile(text));
  const pack = String(tree.get('pack.yaml')?.content)
    .replace(/^questions: .*$/m, 'questions: [name, description]')
    .replace(...replace);
  tree.set('pack.yaml', textFile(pack));
  return problemsOf(tree as unknown as Tree);
}

it.each(['fastify', 'fastapi'])('finds nothing in the bundled pack %s', async (name) => {
  expect(await problemsOf(await readTree(folderOf(`templates/${name}`)))).toEqual([]);
});

const cases: readonly (readonly [name: string, files: Record<string, string>, wanted: readonly RegExp[]])[] = [
  ['nothing in the small pack', {}, []],
  [
    'a misspelt name, also in a branch that no module takes',
    { 'module/a.ts.hbs': '{{#if (eq name "never")}}\n// {{descripton}}\n{{/if}}\nexport {};\n' },
    [/^unknown-name module\/a\.ts\.hbs:2 descripton does not exist here$/],
  ],
  [
    'a misspelt name in a condition',
    { 'module/a.ts.hbs': '{{#if hasInputs}}\n// yes\n{{/if}}\nexport {};\n' },
    [/^unknown-name module\/a\.ts\.hbs:1 hasInputs does not exist here$/],
  ],
  [
    'a misspelt name in a loop',
    { 'module/a.ts.hbs': 'export const paths = [{{#each endpoints}}{{ts pth}}, {{/each}}];\n' },
    [/^unknown-name module\/a\.ts\.hbs:1 pth does not exist here$/],
  ],
  [
    'an unknown helper',
    { 'module/a.ts.hbs': 'export const a = {{literal description}};\n' },
    [/^unknown-name module\/a\.ts\.hbs:1 the helper literal does not exist$/],
  ],
  [
    'an unknown partial',
    { 'module/a.ts.hbs': '{{> heder}}\nexport {};\n' },
    [/^unknown-name module\/a\.ts\.hbs:1 the partial heder does not exist$/],
  ],
  [
    'an unused partial',
    { 'partials/old.hbs': 'old\n' },
    [/^unused-file partials\/old\.hbs no template uses this partial$/],
  ],
  [
    'a text without an escape',
    { 'module/a.ts.hbs': "export const a = 1;\nexport const b = '{{description}}';\n" },
    [/^missing-escape module\/a\.ts\.hbs:2 \{\{description\}\} writes a text of the user unescaped$/],
  ],
  [
    'a text without an escape that parses: a comment',
    { 'module/a.ts.hbs': '/* {{description}} */\nexport {};\n' },
    [/^missing-escape module\/a\.ts\.hbs:1 /],
  ],
  [
    'a text without an escape in a helper that is none',
    { 'module/a.md.hbs': '# {{upper description}}\n' },
    [/^missing-escape module\/a\.md\.hbs:1 /],
  ],
  [
    'an escape of another language',
    { 'module/a.py.hbs': 'A = {{ts description}}\n' },
    [/^wrong-helper module\/a\.py\.hbs:1 ts writes typescript, and the file is python$/],
  ],
  [
    'an escape for comments in a literal',
    { 'module/a.ts.hbs': "export const a = '{{line description}}';\n" },
    [
      /^missing-escape module\/a\.ts\.hbs:1 with quotes in texts, line 1 of a\.ts does not parse: export const a = 'It's/,
    ],
  ],
  [
    'output that does not parse, in each language',
    {
      'module/a.ts.hbs': 'export const = 1;\n',
      'module/b.py': 'def :\n',
      'module/c.json': '{\n  "a": 1,\n}\n',
      'module/d.yaml': 'a: [\n',
    },
    [
      /^syntax module\/a\.ts\.hbs:1 /,
      /^syntax module\/b\.py:1 /,
      /^syntax module\/c\.json:\d /,
      /^syntax module\/d\.yaml:\d /,
    ],
  ],
  [
    'output that is not formatted',
    { 'module/a.ts.hbs': 'export const a = 1; \n\n\nexport const b = 2;\nexport const c = 3;' },
    [
      /^format module\/a\.ts\.hbs:1 .*ends with a space/,
      /^format module\/a\.ts\.hbs:\d .*more than 1 empty line/,
      /^format module\/a\.ts\.hbs:5 .*does not end with a line break/,
    ],
  ],
  [
    'a syntax error in a template',
    { 'module/a.ts.hbs': 'a\n{{#if name}}\n' },
    [/^invalid-template module\/a\.ts\.hbs:\d invalid syntax/],
  ],
  [
    'colliding paths',
    { 'module/Readme.md': 'a\n' },
    [/^path-collision module\/Readme\.md .*(also renders|case-insensitive)/],
  ],
  [
    'a path of the tool',
    { 'module/.gitattributes.hbs': 'a\n' },
    [/^path-collision module\/\.gitattributes\.hbs .*reserved/],
  ],
  ['an unknown name in a path', { 'module/{{nam}}.md': 'a\n' }, [/^unknown-name module\/\{\{nam\}\}\.md /]],
  ['an illegal path', { 'module/con.md': 'a\n' }, [/^invalid-path module\/con\.md .*device name on Windows/]],
  [
    'files of editors',
    { 'module/.DS_Store': '', 'module/a.ts.hbs~': 'x', 'module/.a.ts.swp': '', 'partials/b.hbs.orig': '' },
    [
      /^unused-file module\/\.DS_Store /,
      /^unused-file module\/\.a\.ts\.swp /,
      /^unused-file module\/a\.ts\.hbs~ /,
      /^unused-file partials\/b\.hbs\.orig /,
    ],
  ],
  ['a misspelt folder', { 'modules/a.md': 'a\n' }, [/^unused-file modules\/a\.md the folder modules\/ /]],
  ['a file that npm leaves out', { 'host/.gitignore': 'a\n' }, [/^unused-file host\/\.gitignore npm /]],
];
it.each(cases)('finds %s', async (_, files, wanted) => {
  const found = await problemsWith(files);
  expect(found).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
});

it.each<[string, readonly [string, string], RegExp]>([
  [
    'files that do not exist',
    ['module/README.md.hbs', 'module/READ.md.hbs'],
    /^pack-meta pack\.yaml:\d+ the pack has no file module\/READ\.md\.hbs$/,
  ],
  [
    'unknown names in conditions',
    ['endpoint.result:', 'endpoints.result:'],
    /^unknown-name pack\.yaml:\d+ endpoints\.result is not a field/,
  ],
  [
    'unknown names in commands',
    ['{{module_dir}}', '{{folder}}'],
    /^unknown-name pack\.yaml:\d+ \{\{folder\}\} is unknown in commands$/,
  ],
  [
    'unused questions',
    ['[name, description]', '[name, description, resources]'],
    /^unused-question pack\.yaml:5 .* resources changes no file/,
  ],
])('finds %s in pack.yaml', async (_, replace, wanted) => {
  const found = await problemsWith({}, replace);
  expect(found).toEqual(expect.arrayContaining([expect.stringMatching(wanted)]));
});

it('finds a manifest that differs from the answers', async () => {
  const text = String(miniFiles.get('module/manifest.yaml.hbs' as RelPath)?.content);
  const found = await problemsWith({ 'module/manifest.yaml.hbs': text.replace('{{yaml author}}', '"Nobody"') });
  expect(found).toEqual([
    expect.stringMatching(/^manifest module\/manifest\.yaml\.hbs:\d+ .*different values for author$/),
  ]);
});
