import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { readTextIfThere } from '../fs/read-file.ts';
import type { Io } from '../io.ts';

/** The file in the data folder to which the data of version 0.1 is exported. */
export const exportFile = 'export-0.1.jsonl';

/** What an embedded host of version 0.1 kept in its data folder. */
export interface OldData {
  readonly database: 'PGlite' | 'SQLite';
  /** Path of the data in the data folder. */
  readonly path: string;
  /** A file that changes with the data. */
  readonly witness: string;
}

const pglite: OldData = { database: 'PGlite', path: 'pg', witness: 'pg/global/pg_control' };
const sqlite: OldData = { database: 'SQLite', path: 'app.db', witness: 'app.db' };

/** The data of version 0.1 in a folder. The embedded PostgreSQL of later versions has smaller WAL segments than PGlite. */
export function findOldData(dataDir: string): OldData | undefined {
  const settings = readTextIfThere(join(dataDir, 'pg/postgresql.conf'));
  if (settings !== undefined && /^min_wal_size = 80MB/m.test(settings)) return pglite;
  return existsSync(join(dataDir, sqlite.path)) ? sqlite : undefined;
}

/** The data folder of a host. */
export function dataFolderOf(root: string, env: Io['env']): string {
  const { AI_DATA_DIR, DATA_DIR } = environmentOf(root, env);
  return resolve(root, AI_DATA_DIR || DATA_DIR || '.data');
}

/** A note if an embedded host has data of version 0.1 that was not exported, or has changed since then. */
export function exportNote(root: string, env: Io['env']): string | undefined {
  const dataDir = dataFolderOf(root, env);
  const data = findOldData(dataDir);
  const { AI_DATABASE_URL, DATABASE_URL } = environmentOf(root, env);
  if (data === undefined || AI_DATABASE_URL || DATABASE_URL) return undefined;
  // The new host has started without this data.
  if (data === sqlite && existsSync(join(dataDir, 'pg'))) return undefined;
  if (startOf(join(dataDir, exportFile))?.includes(stateOf(dataDir, data))) return undefined;
  return `${join(dataDir, data.path)} has data of version 0.1. To keep it, run \`create-ai-module host export-data\` before you install the new dependencies.`;
}

/** The variables that a host reads. */
export function environmentOf(root: string, env: Io['env']): Io['env'] {
  const file = readTextIfThere(join(root, '.env')) ?? '';
  return { ...parseEnv(file.replace(/^\uFEFF/, '')), ...env };
}

/** Identifies the state of the data. SQLite keeps recent changes in a second file. */
export function stateOf(dataDir: string, { witness }: OldData): string {
  const hash = createHash('sha256');
  for (const file of [witness, `${witness}-wal`].map((name) => join(dataDir, name)))
    if (existsSync(file)) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function startOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const [file, start] = [openSync(path, 'r'), Buffer.alloc(200)];
  try {
    return start.toString('utf8', 0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}
