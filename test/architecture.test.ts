import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, normalize } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url))
  .replace(/[/\\]$/, '')
  .replaceAll('\\', '/');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const notOurs = new Set(['.git', '.cache', 'coverage', 'dist', 'node_modules', '__pycache__', '.venv']);

function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => !notOurs.has(entry.name));
  return entries
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

const sources = filesBelow('src').filter((path) => path.endsWith('.ts'));
const scripts = filesBelow('scripts').filter((path) => path.endsWith('.mjs'));
const code = (path: string): string => read(path).replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');

interface Import {
  readonly from: string;
  /** A path from the root for own files, else the name of a package or a Node module. */
  readonly to: string;
}

const imports: Import[] = sources.flatMap((from) =>
  [...code(from).matchAll(/(?:\bfrom |\bimport\()'([^'\n]+)'/g)].map(([, to = '']) => ({
    from,
    to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to,
  })),
);
const own = imports.filter(({ to }) => sources.includes(to));
const foreign = imports.filter(({ to }) => !existsSync(join(root, to)));
const show = (wrong: readonly Import[]): string[] => wrong.map(({ from, to }) => `${from} imports ${to}`);

it('finds the source and its imports', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(own.length).toBeGreaterThan(100);
});

describe('imports, including type imports', () => {
  /** Lowest first. A part imports only from parts on lower layers. ARCHITECTURE.md shows the same order. */
  const layers = [
    ['core/diagnostic.ts', 'core/text'],
    ['core/yaml'],
    ['core/failure-catalogue.ts'],
    ['core/failure.ts'],
    ['core/contract'],
    ['core/manifest', 'core/tree'],
    ['core/code', 'core/merge'],
    ['core/lock'],
    ['core/pack'],
    ['core/host', 'core/attach'],
    ['core/lint'],
    ['core/report'],
    ['io/io.ts'],
    ['io/fs', 'io/run-commands.ts'],
    ['io/output-errors.ts', 'io/git.ts', 'io/machine.ts', 'io/start-command.ts', 'io/apply', 'io/pack'],
    ['io/node-io.ts', 'io/host'],
    ['io/attach'],
    ['io/module', 'io/doctor'],
    ['cli/output', 'cli/prompts'],
    ['cli/steps'],
    ['cli/answers'],
    ['cli/commands'],
    ['cli/program'],
    ['cli/run.ts'],
    ['cli/main.ts'],
    ['bin.ts'],
  ];
  const partOf = (path: string): string => path.split('/').slice(1, 3).join('/');
  const layerOf = (path: string): number => layers.findIndex((layer) => layer.includes(partOf(path)));

  it('cover every part of the source', () => {
    expect(sources.filter((path) => layerOf(path) === -1)).toEqual([]);
  });

  it('point to a lower layer, or to the same part', () => {
    const wrong = own.filter(({ from, to }) => partOf(from) !== partOf(to) && layerOf(to) >= layerOf(from));
    expect(show(wrong)).toEqual([]);
  });

  it('have no cycle', () => {
    const left = new Map(sources.map((path) => [path, own.filter(({ from }) => from === path).map(({ to }) => to)]));
    for (let size = -1; size !== left.size; ) {
      size = left.size;
      for (const [path, targets] of left) if (targets.every((target) => !left.has(target))) left.delete(path);
    }
    expect([...left.keys()]).toEqual([]);
  });
});

describe('each dependency is imported in one place', () => {
  const homes: Readonly<Record<string, readonly string[]>> = {
    // A layered layout with bends, labels and cycles is a thousand lines; this one is maintained.
    '@dagrejs/dagre': ['src/core/report/graph/layout.ts'],
    '@inquirer/checkbox': ['src/cli/prompts/terminal.ts'],
    '@inquirer/confirm': ['src/cli/prompts/terminal.ts'],
    '@inquirer/core': ['src/cli/prompts/line.ts'],
    '@inquirer/select': ['src/cli/prompts/terminal.ts'],
    '@lezer/common': [
      'file-builder',
      'python/parse-python',
      'python/python-definitions',
      'statements',
      'typescript/parse-typescript',
      'typescript/typescript-declarations',
    ].map((file) => `src/core/code/${file}.ts`),
    '@lezer/javascript': ['src/core/code/typescript/parse-typescript.ts'],
    '@lezer/python': ['src/core/code/python/parse-python.ts'],
    chalk: ['src/cli/output/colors.ts'],
    'change-case': ['src/core/text/names.ts'],
    // One file declares a group of commands.
    commander: ['program', 'flags', 'creating', 'checking', 'packs', 'reading', 'updating', 'life'].map(
      (file) => `src/cli/program/${file}.ts`,
    ),
    execa: ['src/io/run-commands.ts'],
    handlebars: ['src/core/pack/engine-compiler.ts'],
    'handlebars/runtime.js': ['src/core/pack/engine-runtime.ts'],
    'jsonc-parser': ['src/core/attach/edit-json.ts'],
    'node-diff3': ['src/core/merge/hunks.ts'],
    re2js: ['src/core/contract/pattern/pattern.ts'],
    tinyglobby: ['src/io/host/find-manifests.ts'],
    // One parses a text, the other describes syntax errors.
    yaml: ['src/core/yaml/exact.ts', 'src/core/yaml/syntax-problems.ts'],
    // Each schema is in the file of its value; explain.ts converts issues of zod to messages.
    'zod/mini': [
      'src/core/host/host-config.ts',
      'src/core/manifest/explain.ts',
      'src/core/manifest/reference/json-schema.ts',
      'src/core/manifest/schema.ts',
      'src/core/pack/pack-meta.ts',
    ],
  };
  const packages = [...new Set(foreign.map(({ to }) => to).filter((to) => !to.startsWith('node:')))].sort();

  it('lists all dependencies, and no others', () => {
    expect(packages).toEqual(Object.keys(homes).sort());
  });

  it.each(packages)('%s', (name) => {
    const users = foreign.filter(({ to }) => to === name).map(({ from }) => from);
    expect(users.filter((from) => !homes[name]?.includes(from))).toEqual([]);
  });

  it('only io uses Node modules; cli uses node:path', () => {
    const wrong = foreign.filter(({ from, to }) => to.startsWith('node:') && !from.startsWith('src/io/'));
    expect(show(wrong.filter(({ from, to }) => !(from.startsWith('src/cli/') && to === 'node:path')))).toEqual([]);
  });
});

describe('files', () => {
  it('are at most 16 per folder, including subfolders', () => {
    const folders = new Map<string, Set<string>>();
    for (const path of sources)
      for (let [at, above] = [path, dirname(path)]; above !== '.'; [at, above] = [above, dirname(above)])
        folders.set(above, (folders.get(above) ?? new Set()).add(at));
    expect([...folders].filter(([, entries]) => entries.size > 16).map(([folder]) => folder)).toEqual([]);
  });

  it('are in folders with specific names', () => {
    const vague = ['common', 'helpers', 'lib', 'misc', 'shared', 'types', 'util', 'utils'];
    const paths = [...sources, ...scripts, ...filesBelow('test').filter((path) => !path.startsWith('test/fixtures/'))];
    expect(
      paths.filter((path) =>
        dirname(path)
          .split('/')
          .some((folder) => vague.includes(folder)),
      ),
    ).toEqual([]);
  });

  it('are not barrels', () => {
    const isBarrel = (path: string): boolean =>
      basename(path) === 'index.ts' ||
      (/^export .* from /m.test(code(path)) && !/^(import|const|function)/m.test(code(path)));
    expect(sources.filter(isBarrel)).toEqual([]);
  });

  it('of core have tests with the same path', () => {
    const tests = filesBelow('test/core').filter((path) => path.endsWith('.test.ts'));
    const subjectOf = (path: string): string =>
      join('src', dirname(path.slice('test/'.length)), `${basename(path).split('.')[0]}.ts`);
    expect(tests.filter((path) => !sources.includes(subjectOf(path)))).toEqual([]);
  });
});

describe('code', () => {
  const using = (pattern: RegExp, paths: readonly string[]): string[] =>
    paths.filter((path) => pattern.test(code(path)));
  const core = sources.filter((path) => path.startsWith('src/core/'));

  it('does not call process.exit', () =>
    expect(using(/\bprocess\.exit\b(?!Code)/, [...sources, ...scripts])).toEqual([]));

  it('has no default exports', () => expect(using(/^export default\b/m, sources)).toEqual([]));

  it.each([
    ['the clock', /\bDate\b *[.(]|\bnew Date\b|\bperformance\./],
    ['randomness', /\bMath\.random\b|\bcrypto\./],
    ['the process', /\bprocess *[.[]/],
    ['the console', /\bconsole\./],
    ['timers or the network', /\bset(?:Timeout|Interval|Immediate)\(|\bfetch\(/],
    ['global state', /\bglobalThis\b/],
  ])('in core does not use %s', (_, pattern) => expect(using(pattern, core)).toEqual([]));

  it('in cli uses process only for arguments, the terminal and the version', () => {
    const cli = sources.filter((path) => path.startsWith('src/cli/'));
    expect(using(/\bprocess *[.[]/, cli)).toEqual([
      'src/cli/main.ts',
      'src/cli/program/report-error.ts',
      'src/cli/prompts/terminal.ts',
    ]);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');
  const named = [
    ...text.matchAll(/`((?:\.ci|bench|bin|dist|docs|examples|scripts|src|templates|test)\/[^`\s<>*]*)`/g),
  ].map(([, path = '']) => path);

  it('has at most 151 lines', () => expect(text.split('\n').length).toBeLessThanOrEqual(151));

  it('names only existing paths', () => {
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names every source folder', () => {
    const folders = new Set(sources.map((path) => `${dirname(path)}/`).filter((folder) => folder !== 'src/'));
    expect([...folders].filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
  });
});

describe('the repository', () => {
  const texts = filesBelow('').filter((path) => statSync(join(root, path)).size < 2_000_000);
  const mentioning = (word: string | RegExp): string[] =>
    texts.filter((path) => (typeof word === 'string' ? read(path).includes(word) : word.test(read(path))));

  it('contains no absolute paths of a machine', () => {
    expect(mentioning(root)).toEqual([]);
    expect(mentioning(/(?<![\w.~$}-])\/(?:Users|home|root|work)\/\w/)).toEqual([]);
    if (homedir().length > 6) expect(mentioning(homedir())).toEqual([]);
  });

  it('contains no package registries', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    expect(Object.values(packages).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
    const { npm_config_registry: registry } = process.env;
    expect(registry === undefined ? [] : mentioning(new URL(registry).host)).toEqual([]);
  });
});
