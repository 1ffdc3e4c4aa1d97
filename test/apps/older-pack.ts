import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stack } from '../edited-module.ts';
import { tempFolder } from '../io/temp-folder.ts';

/** A copy of a bundled pack with an older version, in which `file` of a module has one more line, `text`. */
export function olderPack(stack: Stack): { readonly folder: string; readonly file: string; readonly text: string } {
  const folder = join(tempFolder(), stack);
  cpSync(fileURLToPath(new URL(`../../templates/${stack}`, import.meta.url)), folder, { recursive: true });
  const meta = join(folder, 'pack.yaml');
  writeFileSync(meta, readFileSync(meta, 'utf8').replace(/^version: .*$/m, 'version: 2.0.9'));
  const [file, text] =
    stack === 'fastapi'
      ? ['events.py', '# An older version of the template.']
      : ['events.ts', '// An older version of the template.'];
  appendFileSync(join(folder, 'module', `${file}.hbs`), `${text}\n`);
  return { folder, file, text };
}
