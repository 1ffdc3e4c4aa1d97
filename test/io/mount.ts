import { execFileSync } from 'node:child_process';
import { afterEach, type TestContext } from 'vitest';
import { tempFolder } from './temp-folder.ts';

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0).reverse()) execFileSync('umount', [folder]);
});

/** Mounts a small file system. If that is impossible, the test is skipped with the reason, and fails in CI. */
export function mount(context: TestContext, options: string, folder = tempFolder()): string {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    const reason = `no tmpfs can be mounted here: ${(error as Error).message}`;
    if (process.env.CI === 'true' && process.platform === 'linux') throw new Error(reason);
    context.skip(reason);
  }
  mounted.push(folder);
  return folder;
}

/** Remounts the file system read-only. */
export function makeReadOnly(folder: string): void {
  execFileSync('mount', ['-o', 'remount,ro', folder]);
}
