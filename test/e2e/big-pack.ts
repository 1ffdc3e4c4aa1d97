import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyMini } from '../cli/hosts.ts';
import { tempFolder } from '../io/temp-folder.ts';

/** A pack with so many files that a test can act while they are written. */
export function bigPack(files = 6000): string {
  const pack = join(tempFolder(), 'big');
  copyMini(pack);
  for (const section of ['module', 'host']) {
    mkdirSync(join(pack, section, 'data'));
    for (let index = 0; index < files; index += 1)
      writeFileSync(join(pack, section, 'data', `${index}.txt`), `${index}\n`);
  }
  return pack;
}
