import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';
import { isAlive, isProcessOf, poll, sendSignal } from './process.ts';
import { hasSupervisor, isRunFolder, isSupervisorKilled, type RunFolder, runFolderAt } from './run-folder.ts';

/** What `postmaster.pid` in the data folder says about the server: PostgreSQL creates it, for one server at a time. */
export interface PidFile {
  readonly text: string;
  readonly pid: number;
  /** Undefined while the server starts. */
  readonly run: RunFolder | undefined;
  readonly isReady: boolean;
}

export function readPidFile(data: string): PidFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(data, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const run = lines[4] ? runFolderAt(dirname(lines[4])) : undefined;
  return { text, pid: Number(lines[0]), run, isReady: lines[7]?.trim() === 'ready' };
}

/** A process that uses the server. */
export interface Member {
  readonly run: RunFolder;
  readonly id: string;
  readonly pipe: number;
}

/** Registers this process. Undefined: the supervisor has ended or is ending. */
export async function register(run: RunFolder, pipe: number): Promise<Member | undefined> {
  const id = `${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    writeSync(pipe, `${id}\n`);
  } catch {
    closeSync(pipe);
    return undefined;
  }
  // The supervisor answers with a file: after this, it can't miss that the pipe is open.
  const answered = () => existsSync(join(run.path, id));
  const isRegistered = await poll(10, () => (answered() ? true : hasSupervisor(run) ? undefined : answered()));
  if (isRegistered) return { run, id, pipe };
  closeSync(pipe);
  return undefined;
}

/** Joins the server of another process of the same application. */
export async function joinServer(found: PidFile, data: string, application: string): Promise<Member | undefined> {
  const { run } = found;
  if (!run || !isRunFolder(run.path) || isSupervisorKilled(run)) return undefined;
  let pipe: number;
  let owner: string;
  try {
    pipe = openSync(join(run.path, 'members'), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    owner = readFileSync(join(run.path, 'application'), 'utf8').trim();
  } catch {
    closeSync(pipe);
    return undefined;
  }
  if (owner !== application) {
    closeSync(pipe);
    if (!hasMembers(run)) return undefined; // It is about to end.
    const problem = `The database in ${data} is in use by another application, ${owner}.`;
    throw new EmbeddedPostgresError('other_application', `${problem} Set AI_DATA_DIR to a folder of this application.`);
  }
  return register(run, pipe);
}

/** Whether both the server and its supervisor were killed: nobody starts the server again. */
export function isLost({ run }: Member, data: string): boolean {
  const found = readPidFile(data);
  if (found?.run?.path === run.path && isProcessOf(found.pid, data)) return false;
  return !existsSync(run.path) || isSupervisorKilled(run);
}

/** Stops using a server, without waiting for its end. */
export function abandon({ run, id, pipe }: Member): void {
  rmSync(join(run.path, id), { force: true });
  closeSync(pipe);
}

/** Returns after the server ended, if this was the last process that used it. */
export async function leave(member: Member): Promise<void> {
  const { run } = member;
  abandon(member);
  if (hasMembers(run)) return;
  await poll(20, () => (existsSync(run.path) ? undefined : true));
}

/** Stops a server without a supervisor, and removes what stopped servers left. Then the next one can start. */
export async function clear(found: PidFile, data: string): Promise<void> {
  const isOrphan = () => readPidFile(data)?.pid === found.pid && isProcessOf(found.pid, data);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isOrphan()) break;
    sendSignal(found.pid, signal);
    await poll(signal === 'SIGINT' ? 10 : 5, () => (isOrphan() ? undefined : true));
  }
  if (found.run && isRunFolder(found.run.path)) rmSync(found.run.path, { recursive: true, force: true });
  // PostgreSQL trusts the process id alone, which may be another program's by now.
  if (isAlive(found.pid) && !isProcessOf(found.pid, data)) setPidFileAside(found, data);
}

function hasMembers(run: RunFolder): boolean {
  if (!existsSync(run.path)) return false;
  return readdirSync(run.path).some((name) => {
    const pid = /^(\d+)-/.exec(name)?.[1];
    return pid !== undefined && isAlive(Number(pid));
  });
}

function setPidFileAside(found: PidFile, data: string): void {
  const file = join(data, 'postmaster.pid');
  const aside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  // A server that started at this moment gets its file back.
  if (readFileSync(aside, 'utf8') !== found.text && !existsSync(file)) renameSync(aside, file);
  else unlinkSync(aside);
}
