// Bundles the tool into dist/, or into the folder that is named: the bin, one file for each library that is not always
// needed, and the compiled packs.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compilePacks } from './compile-packs.mjs';
import { noticesOf } from './notices.mjs';

const root = new URL('../', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, root));
const dist = resolve(process.argv[2] ?? path('dist'));

/** Imported lazily by the source; each becomes a file of its own, so that a run reads only what it uses. */
const lazyLibraries = [
  'execa',
  'handlebars',
  'yaml',
  '@inquirer/checkbox',
  '@inquirer/confirm',
  '@inquirer/input',
  '@inquirer/select',
];

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  logLevel: 'warning',
  metafile: true,
  legalComments: 'none',
  // import() of a file beside the bundle would read all of it once more, to look for its exports: require does not.
  supported: { 'dynamic-import': false },
  // The installed package stays below a megabyte, and a shorter file is read sooner.
  minify: true,
};

/** A dynamic import of a lazy library becomes a require of its file. */
const lazyFiles = {
  name: 'lazy-files',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${lazyLibraries.join('|')})$`) }, ({ path: name, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${fileOf(name)}`, external: true },
    );
    onResolve({ filter: /\/(main|prompt)\.ts$/ }, ({ path: file, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${basename(file, '.ts')}.cjs`, external: true },
    );
    onResolve({ filter: /\/bundled-pack\.ts$/ }, () => ({ path: path('src/io/bundled-pack-compiled.ts') }));
  },
};

function fileOf(library) {
  return `${library.replace('@inquirer/', 'inquirer-')}.cjs`;
}

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'packs'), { recursive: true });
const bin = await build({
  ...shared,
  entryPoints: [path('bin/create-ai-module.ts')],
  outfile: join(dist, 'create-ai-module.cjs'),
  plugins: [lazyFiles],
  banner: { js: '#!/usr/bin/env node' },
});
const own = await build({
  ...shared,
  entryPoints: [path('src/cli/main.ts')],
  outfile: join(dist, 'main.cjs'),
  plugins: [lazyFiles],
});
const libraries = await Promise.all(
  ['yaml', 'handlebars', 'execa'].map((name) =>
    build({
      ...shared,
      minify: true,
      entryPoints: [name],
      outfile: join(dist, fileOf(name)),
      absWorkingDir: path('.'),
    }),
  ),
);
const prompts = await build({
  ...shared,
  entryPoints: [path('src/cli/prompt.ts')],
  outfile: join(dist, 'prompt.cjs'),
});

await compilePacks(path('templates'), join(dist, 'packs'));
if (process.argv[2] === undefined)
  await writeFile(
    path('THIRD-PARTY-NOTICES'),
    await noticesOf(
      [bin, own, ...libraries, prompts].map((result) => result.metafile),
      (name) => readFile(path(name), 'utf8'),
    ),
  );
