import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const keys = { enter: '\r', down: '\x1b[B', up: '\x1b[A', space: ' ', 'ctrl-c': '\x03', 'ctrl-d': '\x04' } as const;

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Ended {
  readonly exitCode: number;
  readonly signal?: number | undefined;
}

/** A program on a real pseudo-terminal, with the screen that a person would see. */
export class Terminal {
  readonly ended: Promise<Ended>;
  readonly pid: number;
  /** Every byte the program wrote, escape sequences and all. */
  bytes = '';
  private readonly screen: xterm.Terminal;
  private readonly process: ReturnType<typeof spawn>;
  private hasEnded = false;
  private seen = 0;

  constructor(command: readonly string[], options: TerminalOptions) {
    const [file = '', ...args] = command;
    this.screen = new xterm.Terminal({ cols: 120, rows: 40, scrollback: 2000, allowProposedApi: true });
    const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined, ...options.env };
    this.process = spawn(file, args, { name: 'xterm-256color', cols: 120, rows: 40, cwd: options.cwd, env });
    this.pid = this.process.pid;
    this.process.onData((data) => {
      this.bytes += data;
      this.screen.write(data);
    });
    this.ended = new Promise((done) => {
      this.process.onExit((end) => {
        this.hasEnded = true;
        // Whatever was written last is still on its way to the screen.
        setTimeout(() => this.screen.write('', () => done(end)), 20);
      });
    });
  }

  /** All lines so far, those that scrolled away too. */
  text(): string {
    const { active } = this.screen.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  }

  /** Waits until `wanted` stands on the screen, below what an earlier call has found. */
  async see(wanted: string): Promise<void> {
    const end = Date.now() + 5_000;
    for (;;) {
      const at = this.text().indexOf(wanted, this.seen);
      if (at !== -1) {
        this.seen = at + wanted.length;
        return;
      }
      if (this.hasEnded || Date.now() > end) throw new Error(`never saw ${JSON.stringify(wanted)} in:\n${this.text()}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  type(text: string): void {
    this.process.write(text);
  }

  press(key: keyof typeof keys): void {
    this.process.write(keys[key]);
  }

  /** Waits for a question, then types the answer and Enter. */
  async answer(question: string, answer = ''): Promise<void> {
    await this.see(question);
    this.type(answer);
    this.press('enter');
  }

  kill(signal: string): void {
    this.process.kill(signal);
  }
}
