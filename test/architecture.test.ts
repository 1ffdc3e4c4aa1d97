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

const sources = ['bin', 'src'].flatMap(filesBelow).filter((path) => path.endsWith('.ts'));
const scripts = filesBelow('scripts').filter((path) => path.endsWith('.mjs'));
const code = (path: string): string => read(path).replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');

interface Import {
  readonly from: string;
  /** A path from the root for our own files, else the name of a package or of a part of Node. */
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

describe('imports point downwards', () => {
  const floors = ['bin', 'src/cli', 'src/io', 'src/core'];
  const floorOf = (path: string): number => floors.findIndex((floor) => path.startsWith(`${floor}/`));

  it.each(floors)('from %s to floors below it only', (floor) => {
    const wrong = own.filter(({ from, to }) => floorOf(from) === floors.indexOf(floor) && floorOf(to) < floorOf(from));
    expect(show(wrong)).toEqual([]);
  });

  // Lowest first. Within the ground there are no cycles of files either: Biome refuses them.
  const ground = ['diagnostic.ts', 'failure.ts', 'failure-catalogue.ts', 'text'];
  const order = [ground, ['tree'], ['manifest'], ['lock'], ['pack'], ['host'], ['check', 'graph'], ['report']];
  const levelOf = (path: string): number => order.findIndex((level) => level.includes(path.split('/')[2] ?? ''));

  it('knows the level of every part of core', () => {
    expect(sources.filter((path) => path.startsWith('src/core/') && levelOf(path) === -1)).toEqual([]);
  });

  it('inside core to lower levels, or within a part', () => {
    const wrong = own.filter(({ from, to }) => {
      if (!from.startsWith('src/core/')) return false;
      const isSamePart = from.split('/')[2] === to.split('/')[2] || levelOf(from) + levelOf(to) === 0;
      return !isSamePart && levelOf(to) >= levelOf(from);
    });
    expect(show(wrong)).toEqual([]);
  });
});

describe('one dependency, one home', () => {
  const homes: Readonly<Record<string, readonly string[]>> = {
    '@inquirer/checkbox': ['src/cli/prompt.ts'],
    '@inquirer/confirm': ['src/cli/prompt.ts'],
    '@inquirer/input': ['src/cli/prompt.ts'],
    '@inquirer/select': ['src/cli/prompt.ts'],
    '@lezer/common': [
      'file-builder',
      'parse-python',
      'parse-typescript',
      'python-definitions',
      'typescript-declarations',
    ].map((file) => `src/core/check/code/${file}.ts`),
    '@lezer/javascript': ['src/core/check/code/parse-typescript.ts'],
    '@lezer/python': ['src/core/check/code/parse-python.ts'],
    chalk: ['src/cli/paint.ts'],
    'change-case': ['src/core/text/names.ts'],
    // One file declares a group of commands.
    commander: ['program', 'flags', 'making', 'checking', 'updating'].map((file) => `src/cli/program/${file}.ts`),
    execa: ['src/io/run-commands.ts'],
    handlebars: ['src/core/pack/engine-compiler.ts'],
    'handlebars/runtime.js': ['src/core/pack/engine-runtime.ts'],
    'node-diff3': ['src/core/text/line-hunks.ts'],
    tinyglobby: ['src/io/find-manifests.ts'],
    // One reads a text, the others say what is wrong with it and what is in it.
    yaml: ['faults', 'parts', 'source'].map((file) => `src/core/text/yaml-${file}.ts`),
    // A schema stands beside what it is the schema of; explain.ts turns zod's findings into sentences.
    'zod/mini': [
      'src/core/host/host-config.ts',
      'src/core/manifest/explain.ts',
      'src/core/manifest/json-schema.ts',
      'src/core/manifest/schema.ts',
      'src/core/pack/pack-meta.ts',
    ],
  };
  const packages = [...new Set(foreign.map(({ to }) => to).filter((to) => !to.startsWith('node:')))].sort();

  it('every dependency has a home, and every home a dependency', () => {
    expect(packages).toEqual(Object.keys(homes).sort());
  });

  it.each(packages)('%s', (name) => {
    const users = foreign.filter(({ to }) => to === name).map(({ from }) => from);
    expect(users.filter((from) => !homes[name]?.includes(from))).toEqual([]);
  });

  it('the machine is reached from io; cli only reckons with paths', () => {
    const wrong = foreign.filter(({ from, to }) => to.startsWith('node:') && !from.startsWith('src/io/'));
    expect(show(wrong.filter(({ from, to }) => !(from.startsWith('src/cli/') && to === 'node:path')))).toEqual([]);
  });
});

describe('files', () => {
  const lengths = sources.map((path) => ({ path, lines: read(path).split('\n').length - 1 }));

  it('have at most 200 lines, but for the table of failures', () => {
    const own = lengths.filter(({ path }) => path !== 'src/core/failure-catalogue.ts');
    const all = [...own, ...scripts.map((path) => ({ path, lines: read(path).split('\n').length - 1 }))];
    expect(all.filter(({ lines }) => lines > 200)).toEqual([]);
  });

  it('have 60 lines or less, half of them', () => {
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(60);
  });

  it('are in folders that say what is in them', () => {
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

  it('are no barrels', () => {
    const isBarrel = (path: string): boolean =>
      basename(path) === 'index.ts' ||
      (/^export .* from /m.test(code(path)) && !/^(import|const|function)/m.test(code(path)));
    expect(sources.filter(isBarrel)).toEqual([]);
  });

  it('of core have their tests at the same place', () => {
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

  it('never ends the process', () => expect(using(/\bprocess\.exit\b(?!Code)/, [...sources, ...scripts])).toEqual([]));

  it('has no default exports', () => expect(using(/^export default\b/m, sources)).toEqual([]));

  it.each([
    ['the clock', /\bDate\b *[.(]|\bnew Date\b|\bperformance\./],
    ['chance', /\bMath\.random\b|\bcrypto\./],
    ['the process', /\bprocess *[.[]/],
    ['the console', /\bconsole\./],
    ['timers or the network', /\bset(?:Timeout|Interval|Immediate)\(|\bfetch\(/],
    ['global state', /\bglobalThis\b/],
  ])('of core does without %s', (_, pattern) => expect(using(pattern, core)).toEqual([]));

  it('above io asks the process for its arguments, its terminal and its version only', () => {
    const cli = sources.filter((path) => path.startsWith('src/cli/'));
    expect(using(/\bprocess *[.[]/, cli)).toEqual(['src/cli/main.ts', 'src/cli/prompt.ts', 'src/cli/run.ts']);
  });
});

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');
  const named = [
    ...text.matchAll(/`((?:\.ci|bench|bin|dist|docs|examples|scripts|src|templates|test)\/[^`\s<>*]*)`/g),
  ].map(([, path = '']) => path);

  it('is read in one sitting', () => expect(text.split('\n').length).toBeLessThanOrEqual(151));

  it('names only what exists', () => {
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names every folder of the source', () => {
    const folders = new Set(sources.map((path) => `${dirname(path)}/`).filter((folder) => folder !== 'bin/'));
    expect([...folders].filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
  });
});

describe('nothing in the repository', () => {
  const texts = filesBelow('').filter((path) => statSync(join(root, path)).size < 2_000_000);
  const mentioning = (word: string | RegExp): string[] =>
    texts.filter((path) => (typeof word === 'string' ? read(path).includes(word) : word.test(read(path))));

  it('names a folder of one machine', () => {
    expect(mentioning(root)).toEqual([]);
    expect(mentioning(/(?<![\w.~$}-])\/(?:Users|home|root|work)\/\w/)).toEqual([]);
    if (homedir().length > 6) expect(mentioning(homedir())).toEqual([]);
  });

  it('says where packages are downloaded from', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    expect(Object.values(packages).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
    const { npm_config_registry: registry } = process.env;
    expect(registry === undefined ? [] : mentioning(new URL(registry).host)).toEqual([]);
  });
});
