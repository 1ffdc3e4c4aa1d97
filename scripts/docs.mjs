// Writes the generated parts of the documentation: the text between <!-- generated: name --> and <!-- end -->, and
// the JSON Schema of the manifest.
// With --check it writes nothing, and exits with 1 if a part is outdated.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { blocks } from './docs/blocks.mjs';
import { source } from './docs/source.mjs';

const root = new URL('../', import.meta.url);
const isCheck = process.argv.includes('--check');
const pages = ['README.md', ...(await readdir(new URL('docs/', root))).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .sort();

const used = new Set();
const stale = [];
for (const page of pages) await keepCurrent(page, (before) => fill(page, before));
await keepCurrent('docs/schema/manifest.schema.json', () => source.jsonText(source.manifestJsonSchema(parse)));
for (const name of Object.keys(blocks)) if (!used.has(name)) throw new Error(`no page has the part ${name}`);
if (stale.length > 0) console.log(`${isCheck ? 'Not current, run `npm run docs`' : 'Written'}: ${stale.join(', ')}`);
process.exitCode = isCheck && stale.length > 0 ? 1 : 0;

async function keepCurrent(path, make) {
  const before = await readFile(new URL(path, root), 'utf8');
  const after = await make(before);
  if (after === before) return;
  stale.push(path);
  if (!isCheck) await writeFile(new URL(path, root), after);
}

async function fill(page, text) {
  const part = /(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)/gs;
  const pieces = [];
  let at = 0;
  for (const found of text.matchAll(part)) {
    const [whole, start, name, end] = found;
    if (!Object.hasOwn(blocks, name)) throw new Error(`${page}: there is no part called ${name}`);
    used.add(name);
    pieces.push(text.slice(at, found.index), `${start}\n${(await blocks[name]()).trim()}\n\n${end}`);
    at = found.index + whole.length;
  }
  return [...pieces, text.slice(at)].join('');
}
