import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Binaries, majorVersion } from './binaries.ts';
import { needsDatabaseUrl, notWritable, reasonInLog, systemCode } from './error.ts';
import { giveTo, type Privileges } from './privileges.ts';
import { isAlive } from './process.ts';

const settings = [
  ...['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-instructions', '--wal-segsize=4'],
  // Text is compared and sorted in the same way on every system, by code point.
  ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
];

/** Whether the folder contains a database of this version. */
export function hasCluster(data: string): boolean {
  const file = join(data, 'PG_VERSION');
  let version: string;
  try {
    version = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EACCES') throw needsDatabaseUrl('other_user', `the data in ${data} belongs to another user`, error);
    if (code !== 'ENOENT') throw notWritable(data, code);
    if (existsSync(data) && readdirSync(data).length > 0)
      throw needsDatabaseUrl('data_folder', `the folder ${data} contains other files`);
    return false;
  }
  if (version === majorVersion) return true;
  const reason = `the data in ${data} is of PostgreSQL ${version}, and this is PostgreSQL ${majorVersion}`;
  throw needsDatabaseUrl('other_version', reason);
}

/** Whether another process is creating the database at the moment. */
export function isBeingCreated(folder: string): boolean {
  return unfinished(folder).some(({ pid }) => pid !== process.pid && isAlive(pid));
}

/** Creates a database under another name, so that an interrupted run leaves nothing that looks complete. */
export async function createCluster(
  folder: string,
  binaries: Binaries,
  privileges: Privileges,
  libraries: string,
): Promise<void> {
  for (const { path, pid } of unfinished(folder)) if (!isAlive(pid)) remove(path);
  const fresh = join(folder, `pg.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    mkdirSync(fresh, { mode: 0o700 });
    giveTo(privileges, fresh);
    const command = [...privileges.prefix, binaries.initdb, '-D', fresh, ...settings];
    const { status, output } = await run(command, libraries);
    if (status !== 0) throw reasonInLog(output, folder);
    renameSync(fresh, join(folder, 'pg'));
  } catch (error) {
    remove(fresh);
    const code = systemCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return; // Another process was faster.
    if (['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(code)) throw notWritable(folder, code);
    throw error;
  }
}

/** An interrupted initdb may still write. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // The next start removes it.
  }
}

function unfinished(folder: string): { path: string; pid: number }[] {
  return readdirSync(folder).flatMap((name) => {
    const pid = /^pg\.new-(\d+)-/.exec(name)?.[1];
    return pid ? [{ path: join(folder, name), pid: Number(pid) }] : [];
  });
}

function run([command, ...words]: string[], libraries: string): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, LC_ALL: 'C', LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries };
    const child = spawn(command!, words, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => {
      const missing = systemCode(error) === 'ENOENT' && existsSync(command!);
      reject(missing ? reasonInLog('not found', '') : error);
    });
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
