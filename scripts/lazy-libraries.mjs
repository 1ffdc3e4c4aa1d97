// What most runs do without: each becomes a compressed file of its own, read when it is first used.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

/** Name of the file → what imports of it look like, and what it is made from. */
const libraries = {
  code: { imports: /\/check\/code\/read-code\.ts$/, entry: 'src/core/check/code/read-code.ts' },
  execa: { imports: /^execa$/, entry: 'execa' },
  handlebars: { imports: /^handlebars$/, entry: 'handlebars' },
  prompt: { imports: /\/prompt\.ts$/, entry: 'src/cli/prompt.ts' },
  // Its other form looks for itself with import.meta, which a bundle does not have.
  tinyglobby: { imports: /^tinyglobby$/, entry: 'node_modules/tinyglobby/dist/index.cjs' },
  yaml: { imports: /^yaml$/, entry: 'yaml' },
};

/** In a bundle: an import of a lazy library reads its file instead. */
export function lazyLibraries(root) {
  return {
    name: 'lazy-libraries',
    setup({ onResolve, onLoad }) {
      for (const [name, { imports }] of Object.entries(libraries))
        onResolve({ filter: imports }, () => ({ path: name, namespace: 'lazy' }));
      onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
        contents: `module.exports = require('./src/io/compressed-library.ts').compressedLibrary('${path}');`,
        resolveDir: root,
      }));
    },
  };
}

/** Writes `<name>.cjs.br` for each; resolves to the bundler's accounts of what is in them. */
export async function buildLazyLibraries(root, out, options) {
  return Promise.all(
    Object.entries(libraries).map(async ([name, { entry }]) => {
      const result = await build({ ...options, entryPoints: [entry], absWorkingDir: root, write: false });
      await writeFile(join(out, `${name}.cjs.br`), brotliCompressSync(result.outputFiles[0].contents));
      return result.metafile;
    }),
  );
}
