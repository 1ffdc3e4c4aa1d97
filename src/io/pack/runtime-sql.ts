import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeSql } from '../../core/attach/migrations/revision.ts';
import { runtimesFolder } from './bundled-pack.ts';

/** The SQL of the runtimes that this version delivers. Functions have a name that changes with them, as in the runtimes. */
export function readRuntimeSql(): RuntimeSql {
  const folder = join(runtimesFolder, 'sql');
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const numbered = readdirSync(folder).filter((file) => /^\d{4}_.*\.sql$/.test(file));
  const functions = read('functions.sql');
  const digest = createHash('sha256').update(functions).digest('hex').slice(0, 12);
  const files = [
    ...numbered.sort().map((file) => ({ owner: 'runtime', file, sql: read(file) })),
    { owner: 'runtime', file: `functions.sql@${digest}`, sql: functions },
  ];
  return { files, statement: read('revision.sql') };
}
