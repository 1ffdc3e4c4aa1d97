import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { madeOnce } from './once.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** A folder with these packages (`name@version`) in node_modules, installed once. For versions that differ from ours. */
export function npmPackages(...packages: readonly string[]): Promise<string> {
  const name = packages.join('+').replaceAll('/', '-');
  return madeOnce(join(project, '.cache/installed', name), async (draft) => {
    const options = ['--prefix', draft, '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['install', ...options, ...packages], { maxBuffer: 1e8 });
  });
}
