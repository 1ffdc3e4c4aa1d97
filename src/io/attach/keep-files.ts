import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfThere } from '../fs/read-file.ts';

/**
 * Runs `work`, which makes the files and folders `made`, and perhaps `built` from them; afterwards those that did not exist
 * before are removed. What an interrupted run left, whose manifest contains `mark`, is removed first.
 */
export async function keepFiles(
  root: string,
  made: readonly string[],
  built: readonly string[],
  mark: string,
  work: () => Promise<void>,
): Promise<void> {
  const remove = (paths: readonly string[]) => {
    for (const path of paths) rmSync(join(root, path), { recursive: true, force: true });
  };
  remove(made.filter((path) => readTextIfThere(join(root, path, 'manifest.yaml'))?.includes(mark)));
  const added = made.filter((path) => !existsSync(join(root, path)));
  try {
    await work();
  } finally {
    remove([...added, ...built]);
  }
}
