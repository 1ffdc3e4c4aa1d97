import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError, systemCode } from './error.ts';

const EXPORT = 'export-0.1.jsonl';
/** Changes with the data of PGlite, and is named in the header of the export. */
const CONTROL = 'pg/global/pg_control';

/** The file in the data folder with the exported data of version 0.1; undefined if there is none. */
export function exportIn(dataDir: string): string | undefined {
  const file = join(dataDir, EXPORT);
  return existsSync(file) ? file : undefined;
}

/**
 * Version 0.1 kept its data in PGlite, where the embedded PostgreSQL keeps its own. Moves it to another name if it was
 * exported.
 *
 * @throws EmbeddedPostgresError if it was not exported, or has changed since then
 */
export function makeRoomBesideOldData(dataDir: string): void {
  const data = join(dataDir, 'pg');
  if (!isPglite(data)) return;
  const file = exportIn(dataDir);
  if (!file || !isCurrent(file, join(dataDir, CONTROL))) throw keepOrMove(data, file !== undefined);
  const kept = join(dataDir, 'pg-0.1');
  try {
    renameSync(data, kept);
  } catch (error) {
    // Another process may have moved it at the same time.
    if (!isPglite(data)) return;
    const reason = `${data} can't be renamed to ${kept} (${systemCode(error)})`;
    throw new EmbeddedPostgresError('old_data', `${reason}. Move one of them to another folder.`, error);
  }
}

/** PGlite has larger WAL segments than the embedded PostgreSQL, and writes other limits to its settings. */
function isPglite(data: string): boolean {
  const settings = join(data, 'postgresql.conf');
  return existsSync(settings) && /^min_wal_size = 80MB/m.test(readFileSync(settings, 'utf8'));
}

/** The header of the export names the state of the data. */
function isCurrent(file: string, witness: string): boolean {
  const state = createHash('sha256').update(readFileSync(witness)).digest('hex');
  const [open, start] = [openSync(file, 'r'), Buffer.alloc(200)];
  try {
    return start.toString('utf8', 0, readSync(open, start)).includes(state);
  } finally {
    closeSync(open);
  }
}

/** The same words as in the Python runtime. */
function keepOrMove(data: string, isExported: boolean): EmbeddedPostgresError {
  const message = [
    `${data} has data of version 0.1 that ${isExported ? 'has changed since it was exported' : 'was not exported'}.`,
    'To keep it, go back to the commit before `create-ai-module update --host`, install the dependencies of that commit,',
    'run `npx create-ai-module host export-data`, and update again.',
    `To start without it, move ${data} to another folder.`,
  ];
  return new EmbeddedPostgresError('old_data', message.join(' '));
}
