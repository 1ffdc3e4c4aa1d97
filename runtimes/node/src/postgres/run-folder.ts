import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Binaries, linkLibraries } from './binaries.ts';
import { EmbeddedPostgresError, needsDatabaseUrl, systemCode } from './error.ts';
import { canEnter, giveTo, type Privileges } from './privileges.ts';
import { isProcessOf } from './process.ts';

/**
 * A short private folder for one run of the server: the path of a socket may have about 100 characters.
 *
 * - `s/` contains the socket
 * - `lib/` contains links to the libraries
 * - `members` is a named pipe that each process of the host keeps open; the server ends when the last one closes it
 * - `<process id>-<random>` is a process that uses the server
 * - `application` is the host's name
 * - `supervisor` contains the process id of the supervisor
 * - `ready` exists once the server was ready, `exit` if it ended before
 */
export interface RunFolder {
  readonly path: string;
  readonly socketFolder: string;
}

const prefix = 'ai-pg-';
const longest = 103 - '/s/.s.PGSQL.5432'.length;

export function runFolderAt(path: string): RunFolder {
  return { path, socketFolder: join(path, 's') };
}

/** Only names that this file gives: nothing else is ever removed. */
export function isRunFolder(path: string, owner = process.geteuid?.()): boolean {
  if (!basename(path).startsWith(prefix)) return false;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && (stats.uid === owner || owner === 0);
}

/** Whether the supervisor still listens: it closes its end of the pipe before it stops the server. */
export function hasSupervisor(run: RunFolder): boolean {
  if (isSupervisorKilled(run)) return false;
  try {
    closeSync(openSync(join(run.path, 'members'), constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

/** Whether the supervisor ended without removing the folder. A child of it may still read the pipe. */
export function isSupervisorKilled(run: RunFolder): boolean {
  let pid: number;
  try {
    pid = Number(readFileSync(join(run.path, 'supervisor'), 'utf8'));
  } catch {
    return false; // It is starting, or has removed the folder.
  }
  return !isProcessOf(pid, run.path);
}

export function createRunFolder(
  dataDir: string,
  application: string,
  binaries: Binaries,
  privileges: Privileges,
): RunFolder {
  let problem: unknown = 'ENAMETOOLONG';
  for (const parent of new Set([tmpdir(), '/tmp', dataDir])) {
    removeStale(parent);
    if (Buffer.byteLength(parent) + prefix.length + 7 > longest) continue;
    let made: string | undefined;
    try {
      made = mkdtempSync(join(parent, prefix));
      fill(made, application, binaries, privileges);
      if (privileges.entersAll || canEnter(join(made, 's'), privileges.account)) return runFolderAt(made);
      problem = 'EACCES';
    } catch (error) {
      if (error instanceof EmbeddedPostgresError) throw error;
      problem = error;
    }
    if (made) rmSync(made, { recursive: true, force: true });
  }
  const reason = `the temporary folder ${tmpdir()} can't be used (${systemCode(problem)})`;
  throw needsDatabaseUrl('temporary_folder', reason, problem);
}

/** What a host left that was killed before it started the supervisor. */
function removeStale(parent: string): void {
  const hourAgo = Date.now() - 3_600_000;
  try {
    for (const name of readdirSync(parent)) {
      const path = join(parent, name);
      if (!name.startsWith(prefix) || !isRunFolder(path) || lstatSync(path).mtimeMs > hourAgo) continue;
      if (!hasSupervisor(runFolderAt(path))) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // Another process removes them, too.
  }
}

function fill(path: string, application: string, binaries: Binaries, privileges: Privileges): void {
  chmodSync(path, 0o700);
  // PostgreSQL writes a file beside its socket: find out here whether the folder has space for it.
  writeFileSync(join(path, 'application'), application.padEnd(8192, '\n'), { mode: 0o600 });
  mkdirSync(join(path, 's'), { mode: 0o700 });
  giveTo(privileges, join(path, 's'));
  if (!privileges.entersAll) giveTo(privileges, path);
  linkLibraries(binaries, join(path, 'lib'));
}
