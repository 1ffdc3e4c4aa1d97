import { Failure } from '../core/failure.ts';
import { shellLine } from '../core/text/shell-words.ts';
import { Cancelled } from './io.ts';

/** A program and its arguments, as they are: no shell ever reads them. */
export type Argv = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Hears stdout and stderr as they come; with `inherit` there is nothing to hear. */
  readonly onOutput?: (text: string) => void;
  /** `inherit` lets the program talk to the terminal itself, on stderr: stdout is for our own result. */
  readonly output?: 'capture' | 'inherit';
}

/** Runs one command after the other; returns what each said. Throws `command-failed` at the first that fails. */
export async function runCommands(commands: readonly Argv[], options: RunOptions): Promise<string[]> {
  const said: string[] = [];
  for (const command of commands) said.push(await runCommand(command, options));
  return said;
}

/** Runs one command and returns what it said on stdout and stderr together. */
export async function runCommand(command: Argv, options: RunOptions): Promise<string> {
  const { execa } = await import('execa');
  const [program, ...args] = command;
  const out = options.output === 'inherit' ? 2 : 'pipe';
  const running = execa(program, args, {
    cwd: options.cwd,
    env: options.env ?? {},
    timeout: options.timeoutMs ?? 0,
    stdio: ['ignore', out, out],
    all: true,
    reject: false,
    stripFinalNewline: false,
    forceKillAfterDelay: 2000,
  });
  const { onOutput } = options;
  if (onOutput) running.all?.setEncoding('utf8').on('data', onOutput);
  const { result, isInterrupted } = await untilInterrupted(running);
  if (isInterrupted || result.signal === 'SIGINT') throw new Cancelled('Cancelled.');
  const said = result.all ?? '';
  if (!result.failed) return said;
  const reason = reasonOf(result, said, options);
  throw new Failure('command-failed', { command: shellLine(command), cwd: options.cwd, reason });
}

/** Ctrl-C reaches the program as well: it is given the time to end. A second Ctrl-C ends this process at once. */
async function untilInterrupted<T>(running: PromiseLike<T>): Promise<{ result: T; isInterrupted: boolean }> {
  let isInterrupted = false;
  const note = (): void => {
    isInterrupted = true;
  };
  process.once('SIGINT', note);
  try {
    return { result: await running, isInterrupted };
  } finally {
    process.off('SIGINT', note);
  }
}

interface Ended {
  readonly timedOut: boolean;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
}

function reasonOf(ended: Ended, said: string, options: RunOptions): string {
  if (ended.code === 'ENOENT') return 'there is no such program on this machine, or the folder to run it in is gone';
  if (ended.timedOut) return `it did not end within ${(options.timeoutMs ?? 0) / 1000} seconds`;
  const how = ended.signal
    ? `it was ended by ${ended.signal}`
    : `exit code ${ended.exitCode ?? ended.code ?? 'unknown'}`;
  const last = said.trimEnd().split('\n').slice(-20).join('\n');
  return last === '' || options.onOutput ? how : `${how}\n${last}`;
}
