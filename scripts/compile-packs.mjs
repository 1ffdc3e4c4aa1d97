// Compiles the bundled packs: templates become functions, so that a run neither reads nor compiles them.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import handlebars from 'handlebars';

const sections = ['module', 'host', 'edits', 'partials'];

/** Writes `<pack>.<section>.cjs` for each section, and `metas.cjs` with every pack.yaml. */
export async function compilePacks(templates, out) {
  const { compileOptions, parsePackMeta } = await importSource();
  const metas = {};
  for (const name of (await readdir(templates)).sort()) {
    metas[name] = parsePackMeta(await readFile(join(templates, name, 'pack.yaml'), 'utf8'), name);
    for (const section of sections) {
      const code = await compileSection(join(templates, name), section, compileOptions);
      await writeFile(join(out, `${name}.${section}.cjs`), code);
    }
  }
  await writeFile(join(out, 'metas.cjs'), `module.exports=${JSON.stringify(metas)};\n`);
}

async function compileSection(pack, section, options) {
  const files = [];
  const specs = [];
  for (const path of (await filesBelow(join(pack, section))).map((file) => `${section}/${file}`)) {
    const bytes = await readFile(join(pack, path));
    const mode = (await stat(join(pack, path))).mode & 0o111 ? 0o755 : 0o644;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const isTemplate = path.endsWith('.hbs');
    files.push([path, { content: isTemplate ? '' : text, mode }]);
    if (isTemplate) specs.push(`${JSON.stringify(path)}:${handlebars.precompile(text, options)}`);
  }
  return `module.exports={files:${JSON.stringify(files)},specs:{${specs.join(',\n')}}};\n`;
}

/** Files below a folder, sorted, so that the same source gives the same bundle. */
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

/** The project's own source, which Node 20 cannot import as it stands. */
async function importSource() {
  const result = await build({
    stdin: {
      contents:
        "export { compileOptions } from './src/core/pack/compile-options.ts'; export { parsePackMeta } from './src/core/pack/pack-meta.ts';",
      resolveDir: new URL('..', import.meta.url).pathname,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const code = Buffer.from(result.outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
