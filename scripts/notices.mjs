// The licences of all bundled software, from the bundler's metafile.
import { existsSync } from 'node:fs';

const names = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'license.md', 'LICENCE', 'LICENSE-MIT'];
const rule = '-'.repeat(80);

/** Groups software by licence text: names and copyrights first, then the text. */
export async function noticesOf(metafiles, read) {
  const parts = await Promise.all(foldersIn(metafiles).map((folder) => noticeOf(folder, read)));
  const texts = [...byKey(parts).values()].map(
    (members) => `${[...new Set(members.map(({ heading }) => heading))].sort().join('\n')}\n\n${members[0].terms}\n`,
  );
  return `create-ai-module contains the following software.\n\n${rule}\n${texts.sort().join(`\n${rule}\n`)}`;
}

function byKey(parts) {
  const groups = new Map();
  for (const part of parts) groups.set(part.key, [...(groups.get(part.key) ?? []), part]);
  return groups;
}

function foldersIn(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = inputs.map((input) => /(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

async function noticeOf(folder, read) {
  const { name, version, license } = JSON.parse(await read(`${folder}/package.json`));
  const file = names.find((candidate) => existsSync(new URL(`../${folder}/${candidate}`, import.meta.url)));
  const text = file === undefined ? `Licence: ${license}` : (await read(`${folder}/${file}`)).replaceAll('\r\n', '\n');
  const lines = text.trim().split('\n');
  const isCopyright = (line) => /^\W*Copyright (\([cC]\)|©|\d|[A-Z]\w+ [A-Z])/.test(line);
  const copyrights = lines.filter(isCopyright).map((line) => `  ${line.trim()}`);
  const terms = lines
    .filter((line) => !isCopyright(line) && !/^\W*(The )?MIT License/i.test(line))
    .join('\n')
    .trim();
  return {
    heading: [`${name} ${version} (${license})`, ...copyrights].join('\n'),
    terms,
    key: terms.replace(/[\s"'“”*]+/g, ' ').toLowerCase(),
  };
}
