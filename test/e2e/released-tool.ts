import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newModule } from '../edited-module.ts';
import { tempFolder } from '../io/temp-folder.ts';
import type { Stack } from './generated-host.ts';
import { madeOnce } from './once.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The versions in test/fixtures/releases. */
export type Release = '0.1.0';

/** Path of the bin of a released version, unpacked once for all test files. Run it with `process.execPath`. */
export async function releasedBin(release: Release): Promise<string> {
  const tarball = join(project, 'test/fixtures/releases', `create-ai-module-${release}.tgz`);
  const folder = await madeOnce(join(project, '.cache/releases', release), async (draft) => {
    await run('tar', ['-xzf', tarball, '-C', draft, '--strip-components=1']);
  });
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, bin['create-ai-module']);
}

/**
 * A host made by a released version, in a temporary folder that is removed after the tests of the file. Its
 * dependencies are not installed. `modules` are the arguments that make its modules; the default makes `notes`.
 */
export async function hostOfRelease(
  release: Release,
  stack: Stack,
  modules: readonly (readonly string[])[] = [newModule],
): Promise<string> {
  const bin = await releasedBin(release);
  const host = join(tempFolder(), 'host');
  await run(process.execPath, [bin, 'host', 'init', host, '--stack', stack, '--yes']);
  for (const args of modules) await run(process.execPath, [bin, ...args], { cwd: host });
  return host;
}
