import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { findBinaries } from './binaries.ts';
import { createCluster, hasCluster, hideFromGit, isBeingCreated } from './cluster.ts';
import { EmbeddedPostgresError, needsDatabaseUrl, notWritable, reasonInLog, systemCode } from './error.ts';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './options.ts';
import { isAlive, sleep } from './process.ts';
import { parametersOf } from './settings.ts';
import { readPidFile } from './shared-server.ts';

/** Stops the server when the host's end of the pipe closes. */
const supervisorScript = `
const [, command, ...words] = process.argv;
const stop = () => require('child_process').spawn(command, words, { stdio: 'ignore' }).on('exit', () => process.exit());
process.stdin.on('error', stop).on('end', stop).resume();
`;

/** The process that started the server: the server's command line names it. */
interface Owner {
  readonly application: string;
  readonly pid: number;
  readonly port: number;
}

interface Place {
  readonly folder: string;
  readonly data: string;
  readonly control: string;
  readonly initdb: string;
}

/**
 * The embedded database on Windows, where sockets and pipes have no place in a folder: it listens on the loopback
 * address, with a random password. It ends with the process that started it, also if others joined.
 *
 * Its tests run on Linux: it was not tried on Windows.
 */
export async function startTcpServer(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = findBinaries(options.from ?? process.cwd());
  const control = join(dirname(binaries.postgres), process.platform === 'win32' ? 'pg_ctl.exe' : 'pg_ctl');
  const folder = createFolder(resolve(options.dataDir));
  const place = { folder, data: join(folder, 'pg'), control, initdb: binaries.initdb };
  const seconds = options.timeoutSeconds ?? 60;
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (isBeingCreated(folder)) {
      await sleep(20);
      continue;
    }
    if (!hasCluster(place.data)) await create(place);
    const found = readPidFile(place.data);
    const owner = readOwner(place);
    if (found?.isReady && isAlive(found.pid) && owner && isAlive(owner.pid)) {
      if (owner.application === options.application) return answer(place, owner.port, false, async () => {});
      const problem = `The database in ${place.data} is in use by another application, ${owner.application}.`;
      throw new EmbeddedPostgresError(
        'other_application',
        `${problem} Set AI_DATA_DIR to a folder of this application.`,
      );
    }
    // The server of a host that was killed together with its supervisor.
    if (found?.isReady && isAlive(found.pid)) await execute(control, ['stop', '-s', '-m', 'fast', '-D', place.data]);
    const started = await start(place, options, seconds);
    if (started) return started;
    await sleep(50);
  }
  throw needsDatabaseUrl('timeout', `it was not ready after ${seconds} seconds`);
}

function createFolder(path: string): string {
  try {
    const isNew = mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined;
    if (isNew) hideFromGit(path);
    return realpathSync(path);
  } catch (error) {
    throw notWritable(path, systemCode(error));
  }
}

async function create({ folder, initdb }: Place): Promise<void> {
  const file = join(folder, `pg-password-${process.pid}`);
  writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  try {
    await createCluster(folder, {
      command: [initdb, '--auth=scram-sha-256', `--pwfile=${file}`],
      env: { ...process.env, LC_ALL: 'C' },
      after: (fresh) => renameSync(file, passwordFile(fresh)),
    });
  } finally {
    rmSync(file, { force: true });
  }
}

/** Undefined: another process was faster. */
async function start(
  { control, data, folder, initdb }: Place,
  options: EmbeddedPostgresOptions,
  seconds: number,
): Promise<EmbeddedPostgres | undefined> {
  const port = await freePort();
  const owner: Owner = { application: options.application, pid: process.pid, port };
  const file = ownerFile(folder, process.pid);
  writeFileSync(file, JSON.stringify(owner), { mode: 0o600 });
  const others = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' };
  const all = { ...others, cluster_name: `ai-owner-${process.pid}` };
  const parameters = parametersOf(options.isTemporary ?? false, all).join(' ');
  const log = join(folder, `pg-${process.pid}.log`);
  const pidFile = join(data, 'postmaster.pid');
  const hasPidFile = existsSync(pidFile);
  const words = ['start', '-s', '-w', '-t', String(seconds), '-l', log, '-D', data, '-o', parameters];
  const status = await execute(control, words);
  const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
  const removeFiles = () => {
    for (const path of [file, log]) rmSync(path, { force: true });
  };
  if (status !== 0) {
    removeFiles();
    if (/lock file .*(already exists|is empty)|pre-existing shared memory/.test(text)) return undefined;
    // pg_ctl ends without a log while another process writes its file.
    if (text === '' && (hasPidFile || existsSync(pidFile))) return undefined;
    throw reasonInLog(text, folder);
  }
  const command = ['-e', supervisorScript, control, 'stop', '-s', '-m', 'fast', '-D', data];
  const supervisor = spawn(process.execPath, command, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  });
  supervisor.unref();
  (supervisor.stdin as Writable & { unref?: () => void }).unref?.();
  const ended = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
  return answer({ control, data, folder, initdb }, port, true, async () => {
    supervisor.stdin.end();
    await ended;
    removeFiles();
    if (options.isTemporary) rmSync(folder, { recursive: true, force: true });
  });
}

function answer({ data, folder }: Place, port: number, isOwner: boolean, end: () => Promise<void>): EmbeddedPostgres {
  const password = readFileSync(passwordFile(data), 'utf8').trim();
  let ended: Promise<void> | undefined;
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    host: '127.0.0.1',
    port,
    user: 'postgres',
    database: 'postgres',
    folder,
    isOwner,
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
}

const passwordFile = (data: string) => join(data, 'ai-password');

const ownerFile = (folder: string, pid: number) => join(folder, `pg-owner-${pid}.json`);

function readOwner({ data, folder }: Place): Owner | undefined {
  try {
    const pid = /ai-owner-(\d+)/.exec(readFileSync(join(data, 'postmaster.opts'), 'utf8'))?.[1];
    return JSON.parse(readFileSync(ownerFile(folder, Number(pid)), 'utf8'));
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function execute(command: string, words: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: 'ignore', windowsHide: true });
    child.once('error', reject).once('exit', (status) => resolve(status ?? 1));
  });
}
