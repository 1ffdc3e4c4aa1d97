import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const timeoutMs = 10 * 60_000;

/**
 * Creates a folder once for all test processes: `make` fills a draft, which is then renamed. Other processes wait. Starts
 * again if an earlier run was killed.
 */
export async function madeOnce(folder: string, make: (draft: string) => Promise<void>): Promise<string> {
  const lock = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(200)) {
    if (existsSync(folder)) return folder;
    if (!taken(lock)) continue;
    try {
      if (!existsSync(folder)) await fill(folder, make);
      return folder;
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  throw new Error(`${folder} was not made within ${timeoutMs / 60_000} minutes`);
}

async function fill(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  await make(draft);
  renameSync(draft, folder);
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > timeoutMs) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
