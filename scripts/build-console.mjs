// Builds the console into runtimes/console/, from where both runtimes get it: a page, a script and a stylesheet.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** Does nothing in a copy of the runtimes alone: that has the built files. */
export async function buildConsole(root) {
  const source = join(root, 'console');
  if (!existsSync(source)) return;
  const { outputFiles } = await build({
    entryPoints: [join(source, 'src/console.tsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    banner: { js: await licenceOf('preact') },
    write: false,
  });
  const out = join(root, 'runtimes/console');
  await mkdir(out, { recursive: true });
  await writeWhole(join(out, 'console.js'), outputFiles[0].text);
  for (const file of ['index.html', 'console.css'])
    await writeWhole(join(out, file), await readFile(join(source, file), 'utf8'));
}

/** Several builds may run at the same time. Unchanged files keep their dates. */
async function writeWhole(file, text) {
  if (existsSync(file) && (await readFile(file, 'utf8')) === text) return;
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, file);
}

async function licenceOf(name) {
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return `/*! This file contains ${name} ${version}.\n\n${(await readFile(join(folder, 'LICENSE'), 'utf8')).trim()}\n*/`;
}
