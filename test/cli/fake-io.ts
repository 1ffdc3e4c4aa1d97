import { run } from '../../src/cli/run.ts';
import type { Io, Output } from '../../src/io/io.ts';
import { type Reply, ScriptedPrompter } from './scripted-prompter.ts';

export interface FakeIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Makes it a terminal on which this user answers. Unless they reply otherwise, they don't use the defaults at once. */
  readonly replies?: Readonly<Record<string, Reply | readonly Reply[]>>;
  readonly isTty?: boolean;
  readonly stdin?: string | Uint8Array;
}

const usualReplies = { 'Use the defaults': false, 'What do you want to change?': 'stop' };

function capture(isTty: boolean): Output & { text: string } {
  return {
    text: '',
    isTty,
    columns: isTty ? 100 : undefined,
    write(text) {
      this.text += text;
    },
  };
}

/** The result of a run, apart from files. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly string[];
  readonly refusals: readonly string[];
}

/** Runs the tool in this process, in `cwd`. */
export async function runIn(cwd: string, argv: readonly string[], options: FakeIoOptions = {}): Promise<Outcome> {
  const prompter = new ScriptedPrompter({ ...usualReplies, ...options.replies });
  const isTty = options.isTty ?? options.replies !== undefined;
  const [out, err] = [capture(isTty), capture(isTty)];
  const io: Io = {
    cwd,
    env: { NO_COLOR: '1', ...options.env },
    out,
    err,
    isInteractive: options.replies !== undefined,
    prompter: async () => prompter,
    readStdin: async () => Buffer.from(options.stdin ?? ''),
  };
  const code = await run(argv, io);
  return { code, out: out.text, err: err.text, asked: prompter.asked, refusals: prompter.refusals };
}

/** `runIn`, but throws if the exit code is not 0. */
export async function succeedIn(cwd: string, argv: readonly string[], options: FakeIoOptions = {}): Promise<Outcome> {
  const outcome = await runIn(cwd, argv, options);
  if (outcome.code !== 0) throw new Error(`exit code ${outcome.code}\n${outcome.out}\n${outcome.err}`);
  return outcome;
}
