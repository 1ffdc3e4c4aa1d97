import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Disk, nodeDisk } from '../../../src/io/fs/disk.ts';

/** What happens at step k, and after it. */
export type Fault =
  /** One step fails, the next ones work again. */
  | 'ENOSPC once'
  | 'EACCES once'
  /** The disk is read-only from that step on. */
  | 'EROFS from then on'
  /** The process ends before the step. */
  | 'death'
  /** The process ends during the step; a write leaves half a file. */
  | 'death halfway';

export class Death extends Error {}

const errnos = { ENOSPC: -28, EACCES: -13, EROFS: -30 };
const reading = ['look', 'realPath', 'read', 'list'];

/** Counts the steps that change the disk. */
export function countingDisk(onStep: (step: number, name: string, args: readonly unknown[]) => void): Disk {
  let steps = 0;
  const wrapped = Object.entries(nodeDisk).map(([name, operation]) => [
    name,
    (...args: unknown[]) => {
      if (!reading.includes(name)) {
        steps += 1;
        onStep(steps, name, args);
      }
      return (operation as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(wrapped) as Disk;
}

/** The real disk with one fault at step k; `fired` returns whether the run reached it. */
export function faultDisk(at: number, fault: Fault): { disk: Disk; fired: () => boolean } {
  let isFired = false;
  const disk = countingDisk((step, name, args) => {
    if (step < at || (step > at && fault.endsWith('once'))) return;
    isFired = true;
    const path = String(args[0]);
    if (fault === 'death halfway' && step === at && name === 'write') writeHalf(args as Parameters<Disk['write']>);
    if (fault.startsWith('death')) throw new Death();
    throw diskError(fault.split(' ')[0] as keyof typeof errnos, name, path);
  });
  return { disk, fired: () => isFired };
}

function writeHalf([path, content, options]: Parameters<Disk['write']>): void {
  nodeDisk.write(path, content, options);
  truncateSync(path, Math.floor(readFileSync(path).length / 2));
}

function diskError(code: keyof typeof errnos, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: injected, ${syscall} '${path}'`), {
    code,
    errno: errnos[code],
    syscall,
    path,
  });
}

/** Simulates the end of the process by removing its claims. */
export function removeClaims(root: string): void {
  const state = join(root, '.create-ai-module');
  try {
    for (const name of readdirSync(state)) if (name.startsWith('claim_')) rmSync(join(state, name));
  } catch {}
}
