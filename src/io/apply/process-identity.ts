import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { codeOf } from './disk-error.ts';

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
