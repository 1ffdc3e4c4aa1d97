import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Argv } from './run-commands.ts';

/** A program that runs in the background. */
export interface RunningCommand {
  /** All of its output so far. */
  output(): string;
  /** How it ended, such as `exit code 1`; `undefined` while it runs. */
  end(): string | undefined;
  /** Ends it and its children: with SIGTERM, after a while with SIGKILL. */
  stop(): Promise<void>;
}

const graceMs = 20_000;
/** How long the last output of a program that has ended is waited for. */
const outputMs = 1_000;

/** Starts a program in a process group of its own, so that programs that it started end with it. */
export function startCommand(
  [program, ...args]: Argv,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): RunningCommand {
  const isGroup = process.platform !== 'win32';
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: isGroup,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let end: string | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const signal = (name: NodeJS.Signals) => signalTo(child, name, isGroup);
  // A tool that ends leaves no application behind.
  const kill = () => signal('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    const finish = (how: string) => {
      end ??= how;
      resolve();
    };
    child.once('error', (error) => finish(`it can't be run: ${error.message}`));
    const how = (code: number | null, name: string | null) =>
      name === null ? `exit code ${code}` : `it was terminated by ${name}`;
    child.once('close', (code, name) => finish(how(code, name)));
    // Programs in groups of their own may keep its output open.
    child.once('exit', (code, name) => setTimeout(() => finish(how(code, name)), outputMs));
  });
  return {
    output: () => output,
    end: () => end,
    async stop() {
      if (end === undefined) signal('SIGTERM');
      const late = setTimeout(kill, graceMs);
      await ended;
      clearTimeout(late);
      kill();
      process.off('exit', kill);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
    },
  };
}

function signalTo(child: ChildProcess, signal: NodeJS.Signals, isGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(isGroup ? -child.pid : child.pid, signal);
  } catch {
    // It has ended.
  }
}

/** A port of this machine that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** 64 characters that nobody can guess. */
export function randomToken(): string {
  return randomBytes(32).toString('hex');
}

/** Notes Ctrl-C, which does not end this process before `forget`: what it started has to end first. */
export function noteInterrupt(): { readonly happened: () => boolean; readonly forget: () => void } {
  let isInterrupted = false;
  const note = () => {
    isInterrupted = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, note);
  return {
    happened: () => isInterrupted,
    forget: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, note);
    },
  };
}
