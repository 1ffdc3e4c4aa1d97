// Bundles the tool into dist/ or the given folder: a small entry file that handles --version and --help, the tool, its
// lazily loaded libraries, the compiled packs, and the runtimes.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { emptyDir, ensureDir } from 'fs-extra/esm';
import { buildRuntimes } from './build-runtimes.mjs';
import { compilePacks } from './compile-packs.mjs';
import { noticesOf } from './notices.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

/**
 * Libraries that most runs don't load: output name → a pattern of their imports, and the entry point. One with `names`,
 * what is imported from it, is loaded when the code first uses a name; the others are imported with import().
 */
const libraries = {
  attach: { imports: /\/attach\/plan-attach\.ts$/, entry: 'src/core/attach/plan-attach.ts' },
  code: { imports: /\/code\/read-code\.ts$/, entry: 'src/core/code/read-code.ts' },
  // The parsers of both files above.
  'lezer-javascript': { imports: /^@lezer\/javascript$/, entry: '@lezer/javascript', names: ['parser'] },
  'lezer-python': { imports: /^@lezer\/python$/, entry: '@lezer/python', names: ['parser'] },
  // Places the boxes of a drawing.
  dagre: { imports: /^@dagrejs\/dagre$/, entry: '@dagrejs/dagre', names: ['graphlib', 'layout'] },
  execa: { imports: /^execa$/, entry: 'execa' },
  handlebars: { imports: /^handlebars$/, entry: 'handlebars' },
  // esbuild can't bundle the UMD build of the package.
  'jsonc-parser': { imports: /^jsonc-parser$/, entry: 'node_modules/jsonc-parser/lib/esm/main.js' },
  prompts: { imports: /\/prompts\/terminal\.ts$/, entry: 'src/cli/prompts/terminal.ts' },
  re2js: { imports: /^re2js$/, entry: 're2js', names: ['RE2JS'] },
  // The ES module build of the package uses import.meta, which a CommonJS bundle lacks.
  tinyglobby: { imports: /^tinyglobby$/, entry: 'node_modules/tinyglobby/dist/index.cjs' },
  yaml: { imports: /^yaml$/, entry: 'yaml' },
};

const separate = {
  name: 'separate-files',
  setup({ onResolve, onLoad }) {
    const isImport = ({ kind }) => kind !== 'entry-point';
    const beside = (filter, file) =>
      onResolve({ filter }, (args) => (isImport(args) ? { path: `./${file}`, external: true } : undefined));
    beside(/\/main\.ts$/, 'main.cjs');
    beside(/\/manifest\.schema\.json$/, 'manifest.schema.json');
    for (const [name, { imports, names }] of Object.entries(libraries)) {
      if (names === undefined) beside(imports, `${name}.cjs`);
      else
        onResolve({ filter: imports }, (args) =>
          isImport(args) ? { path: name, namespace: 'on-first-use' } : undefined,
        );
    }
    onResolve({ filter: /./, namespace: 'on-first-use' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'on-first-use' }, ({ path }) => {
      const getters = libraries[path].names.map((name) => `get ${name}() { return require('./${path}.cjs').${name}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };` };
    });
    // The installed tool reads the compiled packs.
    onResolve({ filter: /\/bundled-pack\.ts$/ }, () => ({ path: join(root, 'src/io/pack/bundled-pack-compiled.ts') }));
  },
};

const bundle = (entry, name, more = {}) =>
  build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(dist, `${name}.cjs`),
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    // Compiles import() to require(), because import() reads each CommonJS file twice to find its exports.
    supported: { 'dynamic-import': false },
    minify: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [separate],
    ...more,
  });

await emptyDir(dist);
await ensureDir(join(dist, 'packs'));
const bundles = await Promise.all([
  // V8 parses the bodies of arrow functions before they are called. Not for libraries: esbuild compiles arrow functions
  // in the constructor of a derived class, as @lezer/lr has one, to code that throws.
  bundle('src/cli/main.ts', 'main', { supported: { 'dynamic-import': false, arrow: false } }),
  ...Object.entries(libraries).map(([name, { entry }]) => bundle(entry, name)),
]);
const { helpText } = createRequire(import.meta.url)(join(dist, 'main.cjs'));
bundles.push(
  await bundle('src/bin.ts', 'create-ai-module', {
    define: { HELP: JSON.stringify(helpText()) },
    banner: { js: '#!/usr/bin/env node' },
  }),
);
for (const name of ['manifest.schema.json', 'diagnostics.schema.json', 'output.schema.json'])
  await writeFile(
    join(dist, name),
    JSON.stringify(JSON.parse(await readFile(join(root, 'docs/schema', name), 'utf8'))),
  );
await compilePacks(join(root, 'templates'), join(dist, 'packs'));
await buildRuntimes(join(dist, 'runtimes'));

if (process.argv[2] === undefined) {
  const notices = await noticesOf(
    bundles.map(({ metafile }) => metafile),
    (name) => readFile(join(root, name), 'utf8'),
  );
  await writeFile(join(root, 'THIRD-PARTY-NOTICES'), notices);
}
