import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { waitUntil } from '../wire/wait-until.ts';

export interface StartedProcess {
  readonly pid: number | undefined;
  /** Waits for the first match in the output of this process. */
  match(pattern: RegExp, seconds: number): Promise<string>;
  /** Sends SIGTERM or another signal, then SIGKILL after a timeout. Returns the exit code or the final signal. */
  stop(seconds: number, signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Signals the process and its children. After SIGKILL it has ended. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly write: (text: string) => void;
}

/** On Linux a host ends with the tests that started it, even if they are killed. */
const setpriv = '/usr/bin/setpriv';

export function startProcess({ argv, cwd, env, write }: Command): StartedProcess {
  const [file = '', ...args] = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...argv] : argv;
  // A separate process group, so that a kill also reaches its children.
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
    pid: child.pid,
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
      // Signals only the process, like stopping a container: it must stop its own children.
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
    // Already ended.
  }
}
