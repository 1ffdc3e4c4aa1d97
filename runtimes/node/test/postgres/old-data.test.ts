import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts';
import { makeRoomBesideOldData } from '../../src/postgres/old-data.ts';
import { dataFolder, useHosts } from './host.ts';

useHosts();

function addPglite(dataDir: string, control: string): void {
  mkdirSync(join(dataDir, 'pg/global'), { recursive: true });
  writeFileSync(join(dataDir, 'pg/postgresql.conf'), 'max_wal_size = 1GB\nmin_wal_size = 80MB\n');
  writeFileSync(join(dataDir, 'pg/global/pg_control'), control);
}

const refusal = (data: string, state: string) => ({
  code: 'old_data',
  message: `${data} has data of version 0.1 that ${state}. To keep it, go back to the commit before \`create-ai-module update --host\`, install the dependencies of that commit, run \`npx create-ai-module host export-data\`, and update again. To start without it, move ${data} to another folder.`,
});

it('refuses data of PGlite that was not exported or has changed since then, and keeps it under another name', async () => {
  const dataDir = await dataFolder();
  const data = join(dataDir, 'pg');
  makeRoomBesideOldData(dataDir);
  addPglite(dataDir, 'now');
  expect(() => makeRoomBesideOldData(dataDir)).toThrow(expect.objectContaining(refusal(data, 'was not exported')));
  const state = (text: string) => createHash('sha256').update(text).digest('hex');
  const file = join(dataDir, 'export-0.1.jsonl');
  writeFileSync(file, `{"format":1,"state":"${state('then')}"}\n`);
  const changed = refusal(data, 'has changed since it was exported');
  expect(() => makeRoomBesideOldData(dataDir)).toThrow(expect.objectContaining(changed));
  expect(existsSync(data)).toBe(true);

  writeFileSync(file, `{"format":1,"state":"${state('now')}"}\n`);
  const kept = join(dataDir, 'pg-0.1');
  cpSync(data, kept, { recursive: true });
  expect(() => makeRoomBesideOldData(dataDir)).toThrow(
    `${data} can't be renamed to ${kept} (ENOTEMPTY). Move one of them`,
  );
});

it('leaves the data of the embedded PostgreSQL', async () => {
  const dataDir = await dataFolder();
  await (await startEmbeddedPostgres({ dataDir, application: 'first' })).stop();
  makeRoomBesideOldData(dataDir);
  expect(existsSync(join(dataDir, 'pg/PG_VERSION'))).toBe(true);
});
