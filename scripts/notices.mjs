// The licences of everything that is bundled, from what the bundler says it used.
import { existsSync } from 'node:fs';

const names = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'license.md', 'LICENCE', 'LICENSE-MIT'];

export async function noticesOf(metafiles, read) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const found = /(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
      if (found) folders.add(found[0]);
    }
  }
  const parts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(await read(`${folder}/package.json`));
      const file = names.find((candidate) => existsSync(new URL(`../${folder}/${candidate}`, import.meta.url)));
      const text = file === undefined ? `Licence: ${license}` : (await read(`${folder}/${file}`)).trim();
      return `${name} ${version}\n\n${text.replaceAll('\r\n', '\n')}\n`;
    }),
  );
  return `create-ai-module contains the following software.\n\n${'-'.repeat(80)}\n${parts.join(`\n${'-'.repeat(80)}\n`)}`;
}
