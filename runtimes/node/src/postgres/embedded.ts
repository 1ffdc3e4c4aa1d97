import { closeSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Binaries, findBinaries } from './binaries.ts';
import { createCluster, hasCluster, isBeingCreated } from './cluster.ts';
import { needsDatabaseUrl, notWritable, reasonInLog, systemCode } from './error.ts';
import { choosePlace, choosePrivileges, type Privileges } from './privileges.ts';
import { isAlive, isServerOf, poll, sleep } from './process.ts';
import { createRunFolder } from './run-folder.ts';
import {
  clear,
  hasSupervisor,
  joinServer,
  leave,
  type Member,
  type PidFile,
  readPidFile,
  register,
} from './shared-server.ts';
import { startSupervisor } from './supervisor.ts';

export interface EmbeddedPostgresOptions {
  /** The host's data folder, usually `.data`. The database is in its folder `pg`. */
  readonly dataDir: string;
  /** Identifies the host. Its processes share one server; another application is refused. */
  readonly application: string;
  /** Folder from which the package with the binaries is resolved. Default: the current folder. */
  readonly from?: string;
  /** Gets a message if the data is in another folder than `dataDir`. Default: a warning of the process. */
  readonly report?: (message: string) => void;
  /** Faster, but a crash of the machine may damage the data: for tests. The folder is removed when the server ends. */
  readonly isTemporary?: boolean;
  /** How long the server may take until it is ready. */
  readonly timeoutSeconds?: number;
}

export interface EmbeddedPostgres {
  /** Connects `pg` through the server's socket. */
  readonly url: string;
  /** The folder of the socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** The folder that contains `pg`. */
  readonly folder: string;
  /** Whether this call started the server. */
  readonly isOwner: boolean;
  /** Returns after the server ended, if no other process of the host uses it. */
  stop(): Promise<void>;
}

const settings = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '32MB',
  // Small and quiet: no replication, no helper processes that a developer's machine doesn't need.
  io_method: 'sync',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  min_wal_size: '16MB',
  max_wal_size: '256MB',
  huge_pages: 'off',
  jit: 'off',
  log_min_messages: 'log',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const temporarySettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts a private PostgreSQL that ends with the last process of the host, or joins it.
 *
 * @throws EmbeddedPostgresError if it can't run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') throw needsDatabaseUrl('binaries_unusable', 'it runs on Linux and macOS only');
  const given = resolve(options.dataDir);
  const privileges = choosePrivileges(given);
  const dataDir = createFolder(given, privileges);
  const report = options.report ?? ((message: string) => process.emitWarning(message));
  const { folder, binaries } = choosePlace(dataDir, findBinaries(options.from ?? process.cwd()), privileges, report);
  const place = { dataDir, folder, data: join(folder, 'pg'), binaries, privileges };
  const { member, isOwner } = await startOrJoin(place, options);
  let left: Promise<void> | undefined;
  return {
    url: urlOf(member.run.socketFolder, 'postgres'),
    host: member.run.socketFolder,
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    folder,
    isOwner,
    stop: () => {
      left ??= leave(member);
      return left;
    },
  };
}

/** The URL of a database on the socket in a folder. */
export function urlOf(socketFolder: string, database: string): string {
  return `postgresql://postgres@localhost:5432/${encodeURIComponent(database)}?host=${encodeURIComponent(socketFolder)}`;
}

interface ServerPlace {
  readonly dataDir: string;
  readonly folder: string;
  readonly data: string;
  readonly binaries: Binaries;
  readonly privileges: Privileges;
}

type Started = { member: Member; isOwner: boolean };

async function startOrJoin(place: ServerPlace, options: EmbeddedPostgresOptions): Promise<Started> {
  const seconds = options.timeoutSeconds ?? 60;
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const found = hasCluster(place.data) ? readPidFile(place.data) : undefined;
    const member = found && (await joinServer(found, place.data, options.application));
    if (member) {
      if (await becomesReady(member, place, end)) return { member, isOwner: false };
      await leave(member);
    }
    if (member || isBeingCreated(place.folder) || (found && (await isStarting(found, place.data)))) {
      await sleep(20);
      continue;
    }
    if (found) await clear(found, place.data);
    const owner = await start(place, options, end);
    if (owner) return { member: owner, isOwner: true };
    await sleep(20);
  }
  throw needsDatabaseUrl('timeout', `it was not ready after ${seconds} seconds`);
}

/** Whether another process is starting or stopping the server at the moment. */
async function isStarting(found: PidFile, data: string): Promise<boolean> {
  if (found.run) return hasSupervisor(found.run);
  // PostgreSQL writes the file in several steps.
  if (!isServerOf(found.pid, data)) return false;
  return (await poll(5, () => (readPidFile(data)?.text === found.text ? undefined : true))) === true;
}

/** Undefined: another process was faster. */
async function start(place: ServerPlace, options: EmbeddedPostgresOptions, end: number): Promise<Member | undefined> {
  const { folder, data, binaries, privileges } = place;
  const run = createRunFolder(place.dataDir, options.application, binaries, privileges);
  let pipe: number;
  try {
    if (!hasCluster(data)) await createCluster(folder, binaries, privileges, join(run.path, 'lib'));
    const words = Object.entries({ ...settings, ...(options.isTemporary ? temporarySettings : {}) });
    const parameters = words.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = [...privileges.prefix, binaries.postgres, '-D', data, '-k', run.socketFolder, ...parameters];
    pipe = await startSupervisor({ run, data, command, remove: options.isTemporary ? folder : '' });
  } catch (error) {
    rmSync(run.path, { recursive: true, force: true });
    throw error;
  }
  const member = await register(run, pipe);
  if (!member) return undefined;
  if (await becomesReady(member, place, end)) return member;
  const log = readFileSync(join(run.path, 'log'), 'utf8');
  const ended = existsSync(join(run.path, 'exit'));
  closeSync(pipe);
  // Two servers started at once, or processes of a killed server are about to end.
  const isTransient = /lock file .*(already exists|is empty)|pre-existing shared memory block/.test(log);
  if (!ended || isTransient) return undefined;
  throw reasonInLog(log, folder);
}

async function becomesReady({ run }: Member, { data }: ServerPlace, end: number): Promise<boolean> {
  const state = await poll((end - Date.now()) / 1000, () => {
    const found = readPidFile(data);
    if (found?.run?.path === run.path && found.isReady && isAlive(found.pid)) return 'ready';
    return existsSync(join(run.path, 'exit')) || !existsSync(run.path) ? 'ended' : undefined;
  });
  if (state !== 'ready') return false;
  writeFileSync(join(run.path, 'ready'), '');
  return true;
}

function createFolder(path: string, privileges: Privileges): string {
  try {
    // Without the capability, the server enters the folder by its permissions. The data itself is 0700.
    createFolders(path, privileges.account && !privileges.entersAll ? 0o711 : 0o700);
    return realpathSync(path);
  } catch (error) {
    throw notWritable(path, systemCode(error));
  }
}

/** With `recursive`, Node reports another error on a read-only disk. */
function createFolders(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw error;
    createFolders(dirname(path), mode);
    mkdirSync(path, { mode });
  }
}
