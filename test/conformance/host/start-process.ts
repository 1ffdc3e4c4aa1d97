import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { waitUntil } from '../wire/wait-until.ts';

export interface StartedProcess {
  /** Waits for the first match in the output of this process. */
  match(pattern: RegExp, seconds: number): Promise<string>;
  /** SIGTERM or another signal, then SIGKILL if it takes too long; answers the exit code, or the signal that ended it. */
  stop(seconds: number, signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** To the process and all it started; after SIGKILL it has ended. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly write: (text: string) => void;
}

/** On Linux a host ends with the tests that started it, even where these were killed. */
const setpriv = '/usr/bin/setpriv';

export function startProcess({ argv, cwd, env, write }: Command): StartedProcess {
  const [file = '', ...args] = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...argv] : argv;
  // A group of its own, so that a kill also reaches what it started itself.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    write(chunk.toString());
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('error', (error) => {
      write(`${argv.join(' ')}: ${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  let running = true;
  void exited.then(() => {
    running = false;
  });
  return {
    match: (pattern, seconds) =>
      waitUntil(
        `${pattern} in the log of ${argv.join(' ')}`,
        () => {
          const found = pattern.exec(output);
          if (found === null && !running) throw new Error(`${argv.join(' ')} ended at start:\n${output}`);
          return found?.[1] ?? found?.[0];
        },
        seconds,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\n${output.slice(-3000)}`);
      }),
    stop: async (seconds, signal = 'SIGTERM') => {
      // To the process alone, as a container's stop does: it looks after what it started itself.
      child.kill(signal);
      const late = setTimeout(() => signalGroup(child, 'SIGKILL'), seconds * 1000);
      const code = await exited;
      clearTimeout(late);
      signalGroup(child, 'SIGKILL');
      return code;
    },
    signal: async (signal) => {
      signalGroup(child, signal);
      if (signal === 'SIGKILL') await exited;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has already ended.
  }
}
