// Loads values and declaration comments from the project's source for the generated documentation.
import { readFile } from 'node:fs/promises';
import { importSource } from '../import-source.mjs';

export const root = new URL('../../', import.meta.url);

const modules = [
  'src/cli/output/exit.ts',
  'src/cli/program/program.ts',
  'src/cli/run.ts',
  'src/core/lint/against/change-kinds.ts',
  'src/core/lint/rules.ts',
  'src/core/failure-catalogue.ts',
  'src/core/host/host-config.ts',
  'src/core/manifest/answers.ts',
  'src/core/manifest/configuration.ts',
  'src/core/manifest/reference/field-docs.ts',
  'src/core/manifest/reference/json-schema.ts',
  'src/core/manifest/parse.ts',
  'src/core/manifest/schema.ts',
  'src/core/pack/check/pack-problem.ts',
  'src/core/pack/helpers.ts',
  'src/core/pack/pack-meta.ts',
  'src/core/report/pretty.ts',
  'src/core/report/check-report.ts',
  'src/core/merge/diff.ts',
  'src/core/text/json-text.ts',
];

export const source = await importSource(modules, 'docs');

/**
 * The members of a declaration in a source file, each with its type or value in the source, and the comment above
 * it, which must be there. A member inside another one has a dotted path. It relies on the formatter: one member a line.
 */
export async function documentedMembers(path, declaration) {
  const lines = (await readFile(new URL(path, root), 'utf8')).split('\n');
  const start = lines.findIndex((line) => line.startsWith(declaration));
  if (start === -1) throw new Error(`${path} does not declare ${declaration}`);
  const members = [];
  const parents = [];
  let comment = '';
  for (const line of lines.slice(start + 1)) {
    if (/^[^\s]/.test(line)) break;
    const indent = line.length - line.trimStart().length;
    while (parents.length > 0 && parents.at(-1).indent >= indent) parents.pop();
    const documented = /^\s*\/\*\* (.*) \*\/$/.exec(line);
    const member = /^\s*(?:readonly )?(\w+)\??: (.*)$/.exec(line);
    if (documented) comment = documented[1];
    else if (member) {
      const [, name, type] = member;
      if (comment === '') throw new Error(`${path}: ${name} has no comment that says what it is`);
      members.push({ path: [...parents.map((parent) => parent.name), name].join('.'), type, comment });
      if (/[({[]$/.test(type) || type.startsWith('z')) parents.push({ indent, name });
      comment = '';
    }
  }
  return members;
}
