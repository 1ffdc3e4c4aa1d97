import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { stateFolder } from '../read-tree.ts';
import type { Disk } from './disk.ts';
import { codeOf, isDiskError, reasonOf } from './disk-error.ts';
import { mayBeRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import type { Pause } from './signals.ts';
import { attempt, removeFileIfThere, removeFolderIfEmpty } from './tidy.ts';

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
