// Writes the public API of the runtimes, with signatures and the first lines of the documentation, to api.md in their
// folders. With --check it writes nothing, and exits with 1 if a file is outdated. A public name without documentation is
// an error. `npm run api -- node` is only about one runtime.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeApi } from './api/node.mjs';
import { pythonApi } from './api/python.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const apis = { node: nodeApi, python: pythonApi };
const { values: flags, positionals: names } = parseArgs({
  options: { check: { type: 'boolean' } },
  allowPositionals: true,
});

for (const name of names.length > 0 ? names : Object.keys(apis)) {
  const file = `runtimes/${name}/api.md`;
  const entryPoints = await apis[name](root);
  if (entryPoints === undefined) continue;
  const undocumented = entryPoints.flatMap(({ names }) => names.filter(({ doc }) => !doc).map(({ name }) => name));
  if (undocumented.length > 0)
    fail(`Public names of runtimes/${name} without documentation: ${undocumented.join(', ')}`);
  const text = report(entryPoints, name === 'node' ? 'ts' : 'python');
  if (readFileSync(root + file, { encoding: 'utf8', flag: 'a+' }) === text) continue;
  if (flags.check) fail(`The public API differs from ${file}. To accept it, run \`npm run api\`.`);
  else {
    writeFileSync(root + file, text);
    console.log(`Written: ${file}`);
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

function report(entryPoints, language) {
  const head = '# Public API\n\n`npm run api` writes this page from the source. Everything else is private.\n';
  const parts = entryPoints.flatMap(({ entryPoint, names }) => [
    `## \`${entryPoint}\`\n`,
    ...names.map(({ name, doc, signature }) => `### ${name}\n\n${doc}\n\n\`\`\`${language}\n${signature}\n\`\`\`\n`),
  ]);
  return [head, ...parts].join('\n');
}
