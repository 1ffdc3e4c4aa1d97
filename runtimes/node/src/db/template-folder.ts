import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { runMigrations } from 'bullmq';
import { PglitePool } from './pglite-pool.ts';

export function isInitialised(folder: string | undefined): boolean {
  return folder !== undefined && existsSync(join(folder, 'PG_VERSION'));
}

/**
 * An empty database that already holds the queue's tables. Making one takes several seconds, loading it about one:
 * it is made on the first start and kept, per version of the database and the queue.
 */
export async function readTemplate(): Promise<Blob> {
  const file = join('node_modules/.cache/embedded-database', `${versions()}.tar`);
  if (existsSync(file)) return new Blob([await readFile(file)]);
  const template = await makeTemplate();
  if (existsSync('node_modules')) await keep(file, template).catch(() => {});
  return template;
}

async function makeTemplate(): Promise<Blob> {
  const lite = await PGlite.create();
  try {
    const client = await new PglitePool(lite).connect();
    await runMigrations(client as unknown as Parameters<typeof runMigrations>[0]);
    return await lite.dumpDataDir('none');
  } finally {
    await lite.close();
  }
}

/** Written beside its place and renamed, so that nobody ever reads half a template. */
async function keep(file: string, template: Blob): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, Buffer.from(await template.arrayBuffer()));
  await rename(draft, file);
}

function versions(): string {
  const require = createRequire(import.meta.url);
  const packages = [require.resolve('@electric-sql/pglite'), require.resolve('bullmq')];
  return createHash('sha256').update(packages.map(versionNear).join()).digest('hex').slice(0, 16);
}

function versionNear(entry: string): string {
  const require = createRequire(import.meta.url);
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const found = existsSync(file) ? (require(file) as { name?: string; version?: string }) : {};
    if (found.version) return `${found.name}@${found.version}`;
  }
  return entry;
}
