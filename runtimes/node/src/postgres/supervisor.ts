import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from './error.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Starts the server, starts it again if it was killed, and stops it when the last process of the host closed the pipe
 * or ended, even by `kill -9`. Also used by the Python runtime.
 */
export const supervisorScript = `
run=$1 data=$2 remove=$3
shift 3
pid= ending= delay=0.1
end() {
  ending=1
  [ -n "$pid" ] || return
  kill -INT "$pid" 2>/dev/null
  {
    n=0
    while kill -0 "$pid" 2>/dev/null; do
      n=$((n + 1))
      [ "$n" -ne 100 ] || kill -QUIT "$pid"
      [ "$n" -ne 150 ] || kill -KILL "$pid"
      sleep 0.1
    done
  } &
}
trap end TERM
exec 3<&0 </dev/null
watch() {
  while read -r id; do : >"$run/$id"; done
  : >"$run/ending"
  kill -TERM $$
  # In case that signals are blocked, or the other process was killed.
  sleep 1
  { read -r pid && read -r _ && read -r _ && read -r _ && read -r socket; } <"$data/postmaster.pid"
  [ "$socket" = "$run/s" ] && kill -INT "$pid"
}
watch <&3 2>/dev/null &
members=$!
exec 3<&-
while [ -z "$ending" ] && [ ! -e "$run/ending" ]; do
  LD_LIBRARY_PATH=$run/lib DYLD_LIBRARY_PATH=$run/lib "$@" &
  pid=$!
  while :; do wait "$pid"; code=$?; kill -0 "$pid" 2>/dev/null || break; done
  pid=
  [ -z "$ending" ] && [ ! -e "$run/ending" ] || break
  [ -e "$run/ready" ] && [ -f "$data/PG_VERSION" ] && kill -0 "$members" 2>/dev/null || break
  sleep "$delay"
  delay=1
done
if [ -z "$ending" ] && [ ! -e "$run/ready" ]; then
  echo "$code" >"$run/exit"
  while kill -0 "$members" 2>/dev/null; do wait "$members"; done
fi
kill "$members" 2>/dev/null
[ -z "$remove" ] || [ ! -e "$run/ready" ] || rm -rf "$remove"
rm -rf "$run"
`;

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
  const words = ['/bin/sh', '-c', supervisorScript, 'ai-module-runtime', run.path, data, remove, ...command];
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
