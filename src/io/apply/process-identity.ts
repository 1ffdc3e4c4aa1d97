import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { codeOf } from './disk-error.ts';

/** A process, told apart from another one that got the same number later or elsewhere. */
export interface ProcessIdentity {
  /** The machine, or the container: numbers of processes mean something only within it. */
  readonly machine: string;
  readonly pid: number;
  /** When the process began, in ticks since boot; `0` where the system does not say cheaply. */
  readonly began: number;
}

export function ownIdentity(): ProcessIdentity {
  return { machine: machineName(), pid: process.pid, began: beganOf(process.pid) ?? 0 };
}

const foreignPatience = 10 * 60_000;

/**
 * Whether a process that left a mark at `since` may still be running. One on another machine cannot be asked; writing
 * takes well under a second, so its mark counts for ten minutes.
 */
export function mayBeRunning(who: ProcessIdentity, since: number): boolean {
  if (who.machine !== machineName()) return Date.now() - since < foreignPatience;
  if (!answers(who.pid)) return false;
  if (who.began > 0) return beganOf(who.pid) === who.began;
  const slack = 5000;
  return since >= Date.now() - uptime() * 1000 - slack;
}

function machineName(): string {
  const namespace = readProc(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  return `${hostname()}-${namespace}`.replaceAll(/[^\w.-]|_/g, '').slice(0, 99);
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** `-1` for a process that is dead and only waits for its parent to notice. */
function beganOf(pid: number): number | undefined {
  const stat = readProc(() => readStart(`/proc/${pid}/stat`));
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? -1 : Number(fields[19]);
}

/** `readFileSync` takes four times as long for a file that says it is empty, as those of the kernel do. */
function readStart(path: string): string {
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
