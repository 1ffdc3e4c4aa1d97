import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterAll } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';

const keys = {
  enter: '\r',
  down: '\x1b[B',
  backspace: '\x7f',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  escape: '\x1b',
  space: ' ',
} as const;
const timeoutMs = 60_000;

const running = new Set<Terminal>();
afterAll(() => {
  for (const terminal of running) terminal.kill('SIGKILL');
});

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
}

/** A program on a real pseudo-terminal, with its screen. */
export class Terminal {
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | `signal ${number}`>;
  readonly pid: number;
  /** All output of the program, including escape sequences. */
  bytes = '';
  private readonly screen: xterm.Terminal;
  private readonly program: ReturnType<typeof spawn>;
  private seenLines = 0;

  constructor(command: readonly string[], { cwd, env = {}, columns = 120 }: TerminalOptions) {
    const [file = '', ...args] = command;
    const size = { cols: columns, rows: 40 };
    this.screen = new xterm.Terminal({ ...size, scrollback: 2000, allowProposedApi: true });
    this.program = spawn(file, args, { name: 'xterm-256color', ...size, cwd, env: { ...plainEnvironment(), ...env } });
    this.pid = this.program.pid;
    running.add(this);
    this.program.onData((data) => {
      this.bytes += data;
      this.screen.write(data);
    });
    this.ended = new Promise((done) => {
      this.program.onExit(({ exitCode, signal }) => {
        running.delete(this);
        void this.quiet().then(() => done(signal ? `signal ${signal}` : exitCode));
      });
    });
  }

  /** Waits for the last output, which may come after the end of the program. */
  private async quiet(): Promise<void> {
    let before: number;
    do {
      before = this.bytes.length;
      await new Promise((done) => setTimeout(done, 200));
    } while (this.bytes.length > before);
    await new Promise<void>((done) => this.screen.write('', done));
  }

  /** All lines so far, including those above the screen. */
  text(): string {
    return this.lines().join('\n').trimEnd();
  }

  /** Waits until `wanted` appears on a line below the last one found. */
  async see(wanted: string): Promise<void> {
    this.seenLines = (await this.glimpse(wanted)) + 1;
  }

  /** The same, without moving below that line: for text that disappears. Returns the number of the line. */
  async glimpse(wanted: string): Promise<number> {
    for (const end = Date.now() + timeoutMs; ; ) {
      const at = this.lines().findIndex((line, index) => index >= this.seenLines && line.includes(wanted));
      if (at !== -1) return at;
      if (!running.has(this) || Date.now() > end)
        throw new Error(`never saw ${JSON.stringify(wanted)} on the screen:\n${this.text()}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  private lines(): string[] {
    const { active } = this.screen.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
  }

  /** Waits for a question, then types the answer and Enter. */
  async answer(question: string, answer = ''): Promise<void> {
    await this.see(question);
    this.type(answer);
    this.press('enter');
  }

  /** Types an invalid answer, waits for the reason, and deletes the answer. */
  async tryAnswer(question: string, answer: string, reason: string): Promise<void> {
    await this.glimpse(question);
    this.type(answer);
    this.press('enter');
    await this.glimpse(reason);
    for (const _ of answer) this.press('backspace');
  }

  type(text: string): void {
    this.program.write(text);
  }

  press(key: keyof typeof keys): void {
    this.program.write(keys[key]);
  }

  kill(signal: string): void {
    this.program.kill(signal);
  }
}

/** The environment without variables about the terminal or the machine that runs the tests. */
function plainEnvironment(): Record<string, string> {
  const excluded = /^(NO_COLOR|FORCE_COLOR|CI|COLORTERM|npm_.*|VITEST.*|NODE_ENV)$/;
  const state = { XDG_STATE_HOME: tempFolder() };
  return Object.fromEntries(
    Object.entries({ ...process.env, ...state }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !excluded.test(entry[0]),
    ),
  );
}
