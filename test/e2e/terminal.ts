import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterAll } from 'vitest';

const keys = { enter: '\r', down: '\x1b[B', backspace: '\x7f', 'ctrl-c': '\x03', 'ctrl-d': '\x04' } as const;
const patienceMs = 30_000;

const running = new Set<Terminal>();
afterAll(() => {
  for (const terminal of running) terminal.kill('SIGKILL');
});

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
}

/** A program on a real pseudo-terminal, with the screen that a person would see. */
export class Terminal {
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | `signal ${number}`>;
  readonly pid: number;
  /** Every byte the program wrote, escape sequences and all. */
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
        // Whatever was written last is still on its way to the screen.
        setTimeout(() => this.screen.write('', () => done(signal ? `signal ${signal}` : exitCode)), 50);
      });
    });
  }

  /** All lines so far, those that scrolled away too. */
  text(): string {
    return this.lines().join('\n').trimEnd();
  }

  /** Waits until `wanted` stands on a line below the one that was seen last. */
  async see(wanted: string): Promise<void> {
    this.seenLines = (await this.glimpse(wanted)) + 1;
  }

  /** The same for what will be gone again soon. The number of its line. */
  async glimpse(wanted: string): Promise<number> {
    for (const end = Date.now() + patienceMs; ; ) {
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

  /** Types an answer that is refused, waits for the reason, and takes the answer back. */
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

/** Ours without what tells programs about the terminal or the machine that the tests run on. */
function plainEnvironment(): Record<string, string> {
  const told = /^(NO_COLOR|FORCE_COLOR|CI|COLORTERM|npm_.*|VITEST.*|NODE_ENV)$/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !told.test(entry[0]),
    ),
  );
}
