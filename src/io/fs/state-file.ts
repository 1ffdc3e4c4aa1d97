import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file in the user's folder for state, one for each `key`. `undefined` if the environment names no such folder. */
export function stateFile(env: Readonly<Record<string, string | undefined>>, kind: string, key: string) {
  const home = env.HOME ? join(env.HOME, '.local', 'state') : undefined;
  const folder = env.XDG_STATE_HOME || env.LOCALAPPDATA || home;
  const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return folder === undefined ? undefined : join(folder, 'create-ai-module', kind, `${id}.json`);
}

/** Writes a file that only the user can read. Returns whether it worked. */
export function writeState(file: string, text: string): boolean {
  return ignoringErrors(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    rmSync(`${file}.new`, { force: true });
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  });
}

export function deleteState(file: string): void {
  ignoringErrors(() => rmSync(file, { force: true }));
}

function ignoringErrors(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
