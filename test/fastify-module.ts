import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The arguments that make a module with one more of everything than the standard. */
export const newModule: readonly string[] = [
  ...['new', 'notes', '--description', 'Keeps notes', '--author', 'Ann', '--yes'],
  ...['--endpoint', 'POST /reindex', '--emit', 'notes.indexed', '--subscribe', 'file.uploaded'],
  ...['--permission', 'notes:export', '--config', 'top_k={type: integer, default: 5, minimum: 1}'],
  ...['--config', 'lang=fr'],
];

const mine = '/** Mine, all mine. */';

/** By file: the line that a user wrote something before. */
const edits: Readonly<Record<string, string>> = {
  'routes.ts': "        summary: 'Start a job',",
  'events.ts': '/** The events of this module.',
  'schemas.ts': '    options: base.Options,',
  'config.ts': 'export type Config',
  'dependencies.ts': '/** Guards of routes',
  'service.ts': '    return step.data;',
  'index.ts': '  override router() {',
  'tests/routes.test.ts': 'const input = ',
  'tests/contract.test.ts': "  it('on endpoints'",
  'tests/events.test.ts': "describe('the life of a job'",
  'README.md': '## Tests',
};

/** A comment in every file that follows the manifest; only their names without a folder. */
export function userEdits(folder?: string): Readonly<Record<string, string>> {
  if (folder !== undefined)
    for (const [file, line] of Object.entries(edits)) {
      const text = readFileSync(join(folder, file), 'utf8');
      if (!text.includes(line)) throw new Error(`${file} has no ${line}`);
      const indent = /^ */.exec(line)?.[0] ?? '';
      writeFileSync(join(folder, file), text.replace(line, `${indent}${mine}\n${line}`));
    }
  return edits;
}
