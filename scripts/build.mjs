// Bundles the tool into dist/, or into the folder that is named: the bin, the libraries that are not always needed, and
// the compiled packs.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compilePacks } from './compile-packs.mjs';
import { laterParts } from './later-parts.mjs';
import { buildLazyLibraries, lazyLibraries } from './lazy-libraries.mjs';
import { noticesOf } from './notices.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  logLevel: 'warning',
  metafile: true,
  legalComments: 'none',
  // import() of a file beside the bundle would read all of it once more, to look for its exports: require does not.
  supported: { 'dynamic-import': false },
  // The installed package stays small, and a shorter file is read sooner.
  minify: true,
};

/**
 * `--version` needs nothing of the main bundle, and `validate` little of the rest: these are files of their own. What one
 * of them throws another catches, so that all have one class of failures; and the rules are too many to be shipped
 * twice. Packs are read as the build left them.
 */
const ownFiles = {
  name: 'own-files',
  setup({ onResolve }) {
    onResolve({ filter: /\/(main|validate|rules|failure)\.ts$/ }, ({ path: file, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${basename(file, '.ts')}.cjs`, external: true },
    );
    onResolve({ filter: /\/manifest\.schema\.json$/ }, ({ path: file }) => ({
      path: `./${basename(file)}`,
      external: true,
    }));
    onResolve({ filter: /\/bundled-pack\.ts$/ }, () => ({ path: join(root, 'src/io/bundled-pack-compiled.ts') }));
  },
};

/** What libraries load and this tool never asks of them: whether colours show, which it decides itself, and subprocesses. */
const unused = {
  name: 'unused',
  setup({ onResolve, onLoad }) {
    const stub = { path: 'unused', namespace: 'unused' };
    onResolve({ filter: /^#supports-color$/ }, () => stub);
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? stub : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};
/** Of package.json only the version is asked for: the rest need not be read in every run. */
const version = {
  name: 'version',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { version: current } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version: current }), loader: 'json' };
    });
  },
};
const later = laterParts(root);
const plugins = [ownFiles, unused, version, lazyLibraries(root)];

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'packs'), { recursive: true });
const first = (source, name, rest) =>
  build({
    ...options,
    entryPoints: [source],
    outfile: join(dist, `${name}.cjs`),
    plugins: [...plugins, later.plugin],
    ...rest,
  });
const bundles = await Promise.all([
  first('bin/create-ai-module.ts', 'create-ai-module', { banner: { js: '#!/usr/bin/env node' } }),
  first('src/core/failure.ts', 'failure'),
  first('src/core/check/rules.ts', 'rules'),
  first('src/cli/main.ts', 'main'),
  first('src/cli/commands/validate.ts', 'validate'),
]);
bundles.push(await build({ ...options, stdin: later.entry(), outfile: join(dist, 'later.cjs'), plugins }));
const libraries = await buildLazyLibraries(root, dist, options);
for (const name of ['manifest.schema.json', 'diagnostics.schema.json'])
  await copyFile(join(root, 'docs/schema', name), join(dist, name));
await compilePacks(join(root, 'templates'), join(dist, 'packs'));

if (process.argv[2] === undefined) {
  const metafiles = [...bundles.map((bundle) => bundle.metafile), ...libraries];
  await writeFile(
    join(root, 'THIRD-PARTY-NOTICES'),
    await noticesOf(metafiles, (name) => readFile(join(root, name), 'utf8')),
  );
}
