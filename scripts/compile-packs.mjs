// Compiles the bundled packs: module templates become functions, so that `new` does not compile them at run time. The
// whole pack also becomes one compressed file, for rendering hosts.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { transform } from 'esbuild';
import handlebars from 'handlebars';
import { importSource } from './import-source.mjs';

const compiledSections = ['module', 'edits', 'partials'];

/** Writes `<pack>.<section>.cjs` for each compiled section, `<pack>.br`, and `metas.cjs` with every pack.yaml. */
export async function compilePacks(templates, out) {
  const { compileOptions, parsePackMeta } = await importSource(
    ['src/core/pack/engine-runtime.ts', 'src/core/pack/pack-meta.ts'],
    // Builds may run at the same time.
    `build-${process.pid}`,
  );
  const metas = {};
  for (const name of (await readdir(templates)).sort()) {
    const files = await readPack(join(templates, name));
    metas[name] = await parsePackMeta(files.find(([path]) => path === 'pack.yaml')[1].content, name);
    for (const section of compiledSections) {
      const own = files.filter(([path]) => path.startsWith(`${section}/`));
      await writeFile(join(out, `${name}.${section}.cjs`), await compile(own, compileOptions));
    }
    await writeFile(join(out, `${name}.br`), brotliCompressSync(JSON.stringify(files)));
  }
  await writeFile(join(out, 'metas.cjs'), `module.exports=${JSON.stringify(metas)};\n`);
}

async function readPack(folder) {
  return Promise.all(
    (await filesBelow(folder)).map(async (path) => {
      const bytes = await readFile(join(folder, path));
      const mode = (await stat(join(folder, path))).mode & 0o111 ? 0o755 : 0o644;
      return [path, { content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), mode }];
    }),
  );
}

async function compile(files, options) {
  const isTemplate = (path) => path.endsWith('.hbs');
  const shipped = files.map(([path, { content, mode }]) => [path, { content: isTemplate(path) ? '' : content, mode }]);
  const specs = files
    .filter(([path]) => isTemplate(path))
    .map(([path, { content }]) => `${JSON.stringify(path)}:${withoutExtras(handlebars.precompile(content, options))}`);
  const code = `module.exports={files:${JSON.stringify(shipped)},specs:{${specs.join(',\n')}}};\n`;
  return (await transform(code, { minify: true, target: 'node20.19' })).code;
}

/**
 * Leaves out a quarter of a compiled template: the positions that helpers get and none of them reads, and replacements of
 * a function that the bundled version of Handlebars has.
 */
function withoutExtras(code) {
  return code
    .replace(/,"loc":\{"start":\{"line":\d+,"column":\d+\},"end":\{"line":\d+,"column":\d+\}\}/g, '')
    .replace(
      /(= container\.lookupProperty) \|\| function\(parent, propertyName\) \{[\s\S]*?return undefined\s+\}/g,
      '$1',
    );
}

/** Files below a folder, sorted, so that builds are reproducible. */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists = await Promise.all(
    entries.map(async (entry) =>
      entry.isDirectory()
        ? (await filesBelow(join(folder, entry.name))).map((file) => `${entry.name}/${file}`)
        : [entry.name],
    ),
  );
  return lists.flat().sort();
}
