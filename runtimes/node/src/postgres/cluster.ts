import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { majorVersion } from './binaries.ts';
import { needsDatabaseUrl, notWritable, reasonInLog, systemCode } from './error.ts';
import { isAlive } from './process.ts';

const settings = [
  ...['--username=postgres', '--encoding=UTF8', '--no-instructions', '--wal-segsize=4'],
  // Text is compared and sorted in the same way on every system, by code point.
  ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
];

/** Keeps a new data folder out of commits, whatever the application's .gitignore says. */
export function hideFromGit(folder: string): void {
  writeFileSync(join(folder, '.gitignore'), '*\n');
}

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
    // Another process may create it at this moment.
    if (existsSync(data) && readdirSync(data).length > 0 && !existsSync(file))
      throw needsDatabaseUrl('data_folder', `the folder ${data} contains other files`);
    return existsSync(file) && hasCluster(data);
  }
  if (version === majorVersion) return true;
  const reason = `the data in ${data} is of PostgreSQL ${version}, and this is PostgreSQL ${majorVersion}`;
  throw needsDatabaseUrl('other_version', reason);
}

/** Whether another process is creating the database at the moment. */
export function isBeingCreated(folder: string): boolean {
  return unfinished(folder).some(({ pid }) => pid !== process.pid && isAlive(pid));
}

export interface ClusterOptions {
  /** The command of initdb. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Gets the new folder before and after initdb. */
  readonly before?: (fresh: string) => void;
  readonly after?: (fresh: string) => void;
}

/** Creates a database under another name, so that an interrupted run leaves nothing that looks complete. */
export async function createCluster(folder: string, options: ClusterOptions): Promise<void> {
  for (const { path, pid } of unfinished(folder)) if (!isAlive(pid)) remove(path);
  const fresh = join(folder, `pg.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    mkdirSync(fresh, { mode: 0o700 });
    options.before?.(fresh);
    const { status, output } = await run([...options.command, '-D', fresh, ...settings], options.env);
    if (status !== 0) throw reasonInLog(output, folder);
    options.after?.(fresh);
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

function run([command, ...words]: string[], env: NodeJS.ProcessEnv): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
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
