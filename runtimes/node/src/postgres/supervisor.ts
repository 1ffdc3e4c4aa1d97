import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemCode } from './error.ts';
import type { RunFolder } from './run-folder.ts';

/** Beside this file in the package, in `runtimes/postgres` in the repository. */
function supervisorScript(): string {
  const files = ['supervisor.sh', '../../../postgres/supervisor.sh'];
  const found = files.map((file) => fileURLToPath(new URL(file, import.meta.url))).find((file) => existsSync(file));
  if (!found) throw new Error('The package is incomplete: its file supervisor.sh is missing.');
  return readFileSync(found, 'utf8');
}

/** The supervisor is a child of nobody: a host that ends early doesn't leave a process that waits for it. */
const launcherScript = 'exec 3<&0; "$@" <&3 3<&- &';

export interface Supervised {
  readonly run: RunFolder;
  readonly data: string;
  /** The command of the server. */
  readonly command: readonly string[];
  /** A folder to remove after the server ended, or an empty text. */
  readonly remove: string;
}

/** Starts the supervisor and returns the pipe that keeps it running while it is open. */
export async function startSupervisor({ run, data, command, remove }: Supervised): Promise<number> {
  const path = join(run.path, 'members');
  const made = spawnSync('mkfifo', ['-m', '600', path], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mkfifo: ${made.error ? systemCode(made.error) : made.stderr}`);
  // Opening one end waits for the other one, except for a file that is open for both.
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const reader = openSync(path, constants.O_RDONLY);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  closeSync(both);
  const log = openSync(join(run.path, 'log'), 'w', 0o600);
  const words = ['/bin/sh', '-c', supervisorScript(), 'ai-module-runtime', run.path, data, remove, ...command];
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' };
  try {
    await new Promise<void>((resolve, reject) => {
      const options: SpawnOptions = { cwd: '/', env, stdio: [reader, log, log], detached: true };
      const child = spawn('/bin/sh', ['-c', launcherScript, 'sh', ...words], options);
      child.on('error', reject).on('exit', () => resolve());
    });
  } catch (error) {
    closeSync(writer);
    throw error;
  } finally {
    closeSync(reader);
    closeSync(log);
  }
  return writer;
}
