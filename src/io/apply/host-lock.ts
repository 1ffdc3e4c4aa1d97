import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { attempt, type Disk, removeFileIfThere, removeFolderIfEmpty } from '../fs/disk.ts';
import { codeOf, isDiskError, reasonOf } from '../fs/disk-error.ts';
import { stateFolder } from '../fs/read-tree.ts';
import type { Pause } from './signals.ts';

export interface HostLock {
  release(): void;
}

/**
 * Ensures that only one run at a time writes below `root`. Waits up to `waitMs` for another run, then throws
 * `host-busy`.
 *
 * Each run creates its own claim file, then lists all claims. It holds the lock if no other claim belongs to a
 * running process. Of two runs, the one that lists last sees the other's claim, so both can never hold the lock. Both
 * may back off, hence the random delay. Claims of ended processes are ignored instead of taken over, which avoids the
 * usual race. A claim is an empty file with all data in its name, so it is never half-written.
 */
export async function lockHost(disk: Disk, root: string, waitMs: number, pause?: Pause): Promise<HostLock> {
  const end = process.uptime() * 1000 + waitMs;
  for (let tries = 1; ; tries += 1) {
    const outcome = tryToLock(disk, root);
    if (typeof outcome !== 'number') return outcome;
    if (process.uptime() * 1000 >= end) throw new Failure('host-busy', { root, pid: outcome });
    await pause?.();
    await new Promise((done) => setTimeout(done, Math.random() * Math.min(100, 5 * tries)));
  }
}

/** The lock, or the ID of the process that holds it. */
function tryToLock(disk: Disk, root: string): HostLock | number {
  const folder = join(root, stateFolder);
  try {
    openFolder(disk, folder, root);
    const busy = readClaims(disk, folder).find(isAlive);
    return busy === undefined ? claim(disk, folder) : busy.pid;
  } catch (error) {
    if (!isDiskError(error)) throw error;
    // The previous run has just ended and removed the folder.
    if (error.code === 'ENOENT' && disk.look(root) !== undefined) return process.pid;
    throw new Failure('apply-failed', { path: root, reason: reasonOf(error) }, error);
  }
}

function openFolder(disk: Disk, folder: string, root: string): void {
  try {
    disk.makeFolder(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const kind = disk.look(folder)?.kind ?? 'folder';
  if (kind === 'link') throw new Failure('path-escapes', { path: folder, reason: 'it is a symbolic link' });
  if (kind !== 'folder') throw new Failure('target-unusable', { path: root, reason: `${folder} is not a folder` });
}

let claims = 0;

function claim(disk: Disk, folder: string): HostLock | number {
  const { machine, pid, startTicks } = ownIdentity();
  claims += 1;
  const name = `claim_${machine}_${pid}_${startTicks}_${claims}`;
  const release = (): void => {
    attempt(() => removeFileIfThere(disk, join(folder, name)));
    attempt(() => removeFolderIfEmpty(disk, folder));
  };
  try {
    disk.write(join(folder, name), '', {});
    const others = readClaims(disk, folder).filter((other) => other.name !== name);
    const busy = others.find(isAlive);
    if (busy === undefined) for (const stale of others) disk.removeFile(join(folder, stale.name));
    else release();
    return busy?.pid ?? { release };
  } catch (error) {
    release();
    throw error;
  }
}

interface Claim extends ProcessIdentity {
  readonly name: string;
  readonly since: number;
}

function readClaims(disk: Disk, folder: string): Claim[] {
  return disk.list(folder).flatMap((name) => {
    const [kind, machine, pid, startTicks] = name.split('_');
    const since = kind === 'claim' ? disk.look(join(folder, name))?.modified : undefined;
    return since === undefined
      ? []
      : [{ name, machine: machine!, pid: Number(pid), startTicks: Number(startTicks), since }];
  });
}

function isAlive(claim: Claim): boolean {
  return mayBeRunning(claim, claim.since);
}

/** Identifies a process even if its ID is reused later or on another machine. */
export interface ProcessIdentity {
  /** The machine or container: process IDs are only unique within it. */
  readonly machine: string;
  readonly pid: number;
  /** The start time of the process, in clock ticks since boot; `0` where the system does not provide it cheaply. */
  readonly startTicks: number;
}

export function ownIdentity(): ProcessIdentity {
  return { machine: machineName(), pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0 };
}

const foreignClaimMs = 10 * 60_000;

/**
 * Whether the process that created a claim at `since` may still be running. A process on another machine cannot be
 * checked; as writing takes less than a second, its claim expires after ten minutes.
 */
export function mayBeRunning(owner: ProcessIdentity, since: number): boolean {
  if (owner.machine !== machineName()) return Date.now() - since < foreignClaimMs;
  if (!processExists(owner.pid)) return false;
  if (owner.startTicks > 0) return startTicksOf(owner.pid) === owner.startTicks;
  const toleranceMs = 5000;
  return since >= Date.now() - uptime() * 1000 - toleranceMs;
}

function machineName(): string {
  const namespace = readProc(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  return `${hostname()}-${namespace}`.replaceAll(/[^\w.-]|_/g, '').slice(0, 99);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** `-1` for a zombie: a process that has ended but is not yet reaped by its parent. */
function startTicksOf(pid: number): number | undefined {
  const stat = readProc(() => readHead(`/proc/${pid}/stat`));
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses. The name may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? -1 : Number(fields[19]);
}

/** `readFileSync` takes four times as long for files in /proc, which report a size of 0. */
function readHead(path: string): string {
  const bytes = Buffer.alloc(1024);
  const file = openSync(path, 'r');
  try {
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, null));
  } finally {
    closeSync(file);
  }
}

function readProc(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
