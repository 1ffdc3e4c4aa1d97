import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.ts';
import { serverTool } from './services.ts';

/** Queries the database of a host while it runs. Columns are separated by `|`. */
export function queryDatabase(host: Host, sql: string): string {
  const url = host.services.DATABASE_URL ?? embeddedUrl(host);
  return execFileSync(serverTool('psql') ?? 'psql', [url, '-At', '-c', sql], { encoding: 'utf8' }).trim();
}

/** The server of an embedded database writes the folder of its socket to a file. */
function embeddedUrl({ dataDir }: Host): string {
  const socket = readFileSync(join(dataDir, 'pg/postmaster.pid'), 'utf8').split('\n')[4];
  return `postgresql://postgres@/postgres?host=${socket}`;
}
