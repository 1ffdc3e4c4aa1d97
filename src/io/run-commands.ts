import { Failure } from '../core/failure.ts';
import { shellLine } from '../core/text/display.ts';
import { Cancelled } from './io.ts';

/** A program and its arguments. They are never passed through a shell. */
export type Argv = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Receives stdout and stderr as they arrive; not called with `inherit`. */
  readonly onOutput?: (text: string) => void;
  /** `inherit` sends all output of the program to stderr; stdout is reserved for the result of this tool. */
  readonly output?: 'capture' | 'inherit';
}

/** Runs commands in sequence and returns their outputs. Throws `command-failed` at the first failure. */
export async function runCommands(commands: readonly Argv[], options: RunOptions): Promise<string[]> {
  const outputs: string[] = [];
  for (const command of commands) outputs.push(await runCommand(command, options));
  return outputs;
}

/** Runs one command and returns its stdout and stderr, combined. */
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
  const output = result.all ?? '';
  if (!result.failed) return output;
  const reason = reasonOf(result, output, options);
  throw new Failure('command-failed', { command: shellLine(command), cwd: options.cwd, reason });
}

/**
 * The output of a short command; `undefined` if it is missing, fails or takes longer. Does not wait for programs that the
 * command started and that keep its output open.
 */
export async function outputOf([program, ...args]: Argv, options: RunOptions): Promise<string | undefined> {
  const { execa } = await import('execa');
  const { cwd, env = {}, timeoutMs = 5_000 } = options;
  const running = execa(program, args, {
    cwd,
    env,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    all: true,
    reject: false,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs + 200);
  });
  const result = await Promise.race([running, late]);
  clearTimeout(timer);
  for (const stream of [running.all, running.stdout, running.stderr]) stream?.destroy();
  return result === undefined || result.failed ? undefined : result.all;
}

/** Ctrl-C also reaches the program: waits until it exits. A second Ctrl-C ends this process immediately. */
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

interface ExitInfo {
  readonly timedOut: boolean;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
}

function reasonOf(exit: ExitInfo, output: string, options: RunOptions): string {
  if (exit.code === 'ENOENT') return 'the program is not installed, or the working directory does not exist';
  if (exit.timedOut) return `it did not finish within ${(options.timeoutMs ?? 0) / 1000} seconds`;
  const how = exit.signal
    ? `it was terminated by ${exit.signal}`
    : `exit code ${exit.exitCode ?? exit.code ?? 'unknown'}`;
  const last = output.trimEnd().split('\n').slice(-20).join('\n');
  return last === '' || options.onOutput ? how : `${how}\n${last}`;
}
