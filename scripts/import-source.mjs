// Imports modules of src/ into scripts: Node 20 cannot import TypeScript.
import { rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);

/**
 * Everything that the modules export. They are bundled into a folder as deep as the source's own: `../../../templates/` is
 * the same from both. `name` is the bundle's; scripts that run at the same time need different ones.
 */
export async function importSource(modules, name) {
  const outfile = fileURLToPath(new URL(`.cache/source/${name}/source.mjs`, root));
  await build({
    stdin: {
      contents: modules.map((path) => `export * from './${path}';`).join('\n'),
      resolveDir: fileURLToPath(root),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
    outfile,
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile);
  }
}
