import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure } from '../../core/failure.ts';
import { exportFile, findOldData, type OldData, stateOf } from './old-data.ts';
import { printSqlite } from './print-sqlite.ts';

export interface Exported {
  readonly file: string;
  readonly tables: readonly string[];
  readonly rows: number;
}

/** Rows of a table. Values are texts as PostgreSQL reads them, or null. */
interface Batch {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** First the names of all tables, then their rows. */
type Content = AsyncGenerator<{ readonly tables: readonly string[] } | Batch>;

/**
 * Writes the tables of an embedded host of version 0.1 to one file in its data folder, which later versions load. The
 * data stays. Returns `undefined` if there is none. Throws `export-failed`, and then leaves an earlier file as it was.
 */
export async function exportData(root: string, dataDir: string): Promise<Exported | undefined> {
  const data = findOldData(dataDir);
  if (data === undefined) return undefined;
  const draft = join(dataDir, `${exportFile}.new`);
  try {
    const content = data.database === 'PGlite' ? readPglite(root, dataDir) : readSqlite(root, dataDir);
    const exported = await write(draft, dataDir, data, content);
    renameSync(draft, join(dataDir, exportFile));
    return { ...exported, file: join(dataDir, exportFile) };
  } catch (error) {
    rmSync(draft, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure('export-failed', { data: join(dataDir, data.path), reason }, error);
  }
}

/** Reading a database can change its files, so their state is known only at the end. The header gets it then. */
async function write(draft: string, dataDir: string, data: OldData, content: Content): Promise<Omit<Exported, 'file'>> {
  const file = openSync(draft, 'w', 0o600);
  try {
    let tables: readonly string[] = [];
    let rows = 0;
    const header = (state: string) => `${JSON.stringify({ format: 1, state, tables })}\n`;
    for await (const piece of content) {
      if ('tables' in piece) tables = piece.tables;
      else rows += piece.rows.length;
      writeSync(file, 'tables' in piece ? header('0'.repeat(64)) : `${JSON.stringify(piece)}\n`);
    }
    writeSync(file, header(stateOf(dataDir, data)), 0);
    fsyncSync(file);
    return { tables, rows };
  } finally {
    closeSync(file);
  }
}

/** The part of PGlite that is used here. */
interface Pglite {
  exec(sql: string): Promise<unknown>;
  query<R>(sql: string, values?: readonly unknown[], options?: object): Promise<{ rows: R[] }>;
  close(): Promise<void>;
}

const rowsAtOnce = 200;
/** Tables of the host itself; those of the queue are in another schema. */
const hostTables = ['applied_migrations', 'host_workers', 'test_events'];
const columnsQuery = `select c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> all ($1)
  group by c.relname order by c.relname`;

async function* readPglite(root: string, dataDir: string): Content {
  const unlock = lock(join(dataDir, 'host.lock'));
  try {
    const lite = await openPglite(root, join(dataDir, 'pg'));
    try {
      await lite.exec("begin; set time zone 'UTC'");
      const { rows: tables } = await lite.query<Omit<Batch, 'rows'>>(columnsQuery, [hostTables]);
      yield { tables: tables.map(({ table }) => table) };
      for (const { table, columns } of tables) {
        const texts = columns.map((column) => `${quoted(column)}::text`).join(', ');
        await lite.exec(`declare exported cursor for select ${texts} from public.${quoted(table)}`);
        const next = () => lite.query<(string | null)[]>(`fetch ${rowsAtOnce} from exported`, [], { rowMode: 'array' });
        for (let { rows } = await next(); rows.length > 0; { rows } = await next()) yield { table, columns, rows };
        await lite.exec('close exported');
      }
      await lite.exec('rollback');
    } finally {
      await lite.close();
    }
  } finally {
    unlock();
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Opens the data with the version of PGlite that the host used. */
async function openPglite(root: string, dataDir: string): Promise<Pglite> {
  const require = createRequire(join(root, 'package.json'));
  const name = '@electric-sql/pglite';
  try {
    require.resolve(name);
  } catch (cause) {
    throw new Error(
      `the package ${name} of the host of version 0.1 is not installed. Go back to the commit before \`update --host\` and run \`npm install\``,
      { cause },
    );
  }
  return require(name).PGlite.create({ dataDir });
}

/** Locks the data folder in the way of version 0.1, so that no host uses it at the same time. */
function lock(file: string): () => void {
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (owner > 0 && isAlive(owner)) throw new Error(`the host is running (process ${owner}). Stop it`);
  rmSync(file, { force: true });
  writeFileSync(file, String(process.pid), { flag: 'wx' });
  return () => rmSync(file, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** SQLite is part of Python's standard library. */
async function* readSqlite(root: string, dataDir: string): Content {
  const python = join(root, '.venv/bin/python');
  const program = existsSync(python) ? python : 'python3';
  const child = spawn(program, ['-c', printSqlite, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    problem += text;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${program} can't be started (${error.message})`)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(problem.trim().split('\n').at(-1) || `${program} ended with ${code}`));
    });
  });
  ended.catch(() => {});
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
  await ended;
}
