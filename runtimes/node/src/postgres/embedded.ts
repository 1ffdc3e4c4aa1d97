import { closeSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Binaries, findBinaries } from './binaries.ts';
import { createCluster, hasCluster, hideFromGit, isBeingCreated } from './cluster.ts';
import { needsDatabaseUrl, notWritable, reasonInLog, systemCode } from './error.ts';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './options.ts';
import { choosePlace, choosePrivileges, giveTo, type Privileges } from './privileges.ts';
import { isAlive, isProcessOf, poll, sleep } from './process.ts';
import { createRunFolder, hasSupervisor } from './run-folder.ts';
import { parametersOf } from './settings.ts';
import {
  abandon,
  clear,
  isLost,
  joinServer,
  leave,
  type Member,
  type PidFile,
  readPidFile,
  register,
} from './shared-server.ts';
import { startSupervisor } from './supervisor.ts';
import { startTcpServer } from './tcp-server.ts';

export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './options.ts';

const WATCH_MS = 1_000;

/**
 * Starts a private PostgreSQL that ends with the last process of the host, or joins it. If the server and its supervisor
 * are killed, the processes of the host start it again, at another address.
 *
 * @throws EmbeddedPostgresError if it can't run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') return startTcpServer(options);
  const given = resolve(options.dataDir);
  const privileges = choosePrivileges(given);
  const dataDir = createFolder(given, privileges);
  const report = options.report ?? ((message: string) => process.emitWarning(message));
  const { folder, binaries } = choosePlace(dataDir, findBinaries(options.from ?? process.cwd()), privileges, report);
  const place = { dataDir, folder, data: join(folder, 'pg'), binaries, privileges };
  const { member, isOwner } = await startOrJoin(place, options);
  const membership = new Membership(member, place, options, report);
  return {
    get url() {
      return urlOf(membership.socketFolder, 'postgres');
    },
    get host() {
      return membership.socketFolder;
    },
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    folder,
    isOwner,
    stop: () => membership.end(),
  };
}

/** This process as a user of the server: starts or joins the next server if this one is lost. */
class Membership {
  socketFolder: string;
  #member: Member | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #startAgain: () => Promise<Member>;
  readonly #report: (message: string) => void;
  #starting: Promise<void> | undefined;
  #failure = '';
  #ended: Promise<void> | undefined;

  constructor(member: Member, place: ServerPlace, options: EmbeddedPostgresOptions, report: (message: string) => void) {
    this.#member = member;
    this.socketFolder = member.run.socketFolder;
    this.#startAgain = async () => (await startOrJoin(place, options)).member;
    this.#report = report;
    this.#timer = setInterval(() => {
      const isNeeded = this.#member === undefined || isLost(this.#member, place.data);
      // Without its data, the server has nothing to start with.
      if (isNeeded && !this.#starting && existsSync(join(place.data, 'PG_VERSION'))) this.#starting = this.#restart();
    }, WATCH_MS);
    this.#timer.unref();
  }

  /** Returns after the server ended, if no other process uses it. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #restart(): Promise<void> {
    if (this.#member) abandon(this.#member);
    this.#member = undefined;
    try {
      this.#member = await this.#startAgain();
      this.socketFolder = this.#member.run.socketFolder;
      this.#report('The embedded PostgreSQL was killed with its supervisor and runs again.');
    } catch (error) {
      // Tried again a second later.
      const { message } = error as Error;
      if (message !== this.#failure) this.#report(message);
      this.#failure = message;
    }
    this.#starting = undefined;
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#starting;
    if (this.#member) await leave(this.#member);
  }
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
  if (!isProcessOf(found.pid, data)) return false;
  return (await poll(5, () => (readPidFile(data)?.text === found.text ? undefined : true))) === true;
}

/** Undefined: another process was faster. */
async function start(place: ServerPlace, options: EmbeddedPostgresOptions, end: number): Promise<Member | undefined> {
  const { folder, data, binaries, privileges } = place;
  const run = createRunFolder(place.dataDir, options.application, binaries, privileges);
  let pipe: number;
  try {
    if (!hasCluster(data)) {
      const libraries = join(run.path, 'lib');
      await createCluster(folder, {
        command: [...privileges.prefix, binaries.initdb, '--auth=trust'],
        env: { PATH: process.env.PATH, LC_ALL: 'C', LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries },
        before: (fresh) => giveTo(privileges, fresh),
      });
    }
    const parameters = parametersOf(options.isTemporary ?? false);
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
    const isNew = createFolders(path, privileges.account && !privileges.entersAll ? 0o711 : 0o700);
    if (isNew) hideFromGit(path);
    return realpathSync(path);
  } catch (error) {
    throw notWritable(path, systemCode(error));
  }
}

/** Whether the folder is new. With `recursive`, Node reports another error on a read-only disk. */
function createFolders(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT') throw error;
    createFolders(dirname(path), mode);
    return createFolders(path, mode);
  }
}
