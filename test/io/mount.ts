import { execFileSync } from 'node:child_process';
import { afterEach, type TestContext } from 'vitest';
import { tempFolder } from './temp-folder.ts';

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0).reverse()) execFileSync('umount', [folder]);
});

/** A small file system of its own; where that is impossible the test is skipped, loudly, and fails in CI. */
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

/** From now on nothing can be written there. */
export function makeReadOnly(folder: string): void {
  execFileSync('mount', ['-o', 'remount,ro', folder]);
}
