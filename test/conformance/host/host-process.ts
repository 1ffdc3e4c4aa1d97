import type { Environment, HostProcess } from './host.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

const stopSeconds = 40;
const startSeconds = 180;

interface Program {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  /** The log pattern that shows that it is ready. `readyMatch` returns its capture group. */
  readonly ready: RegExp;
  readonly write: (text: string) => void;
}

/** A process of a host that can be stopped, killed, paused and restarted. */
export class RestartableProcess implements HostProcess {
  readonly #program: Program;
  #running: StartedProcess | undefined;
  /** The capture group of the ready pattern. */
  readyMatch = '';

  constructor(program: Program) {
    this.#program = program;
  }

  get pid(): number {
    if (this.#running?.pid === undefined) throw new Error('the process does not run');
    return this.#running.pid;
  }

  async start(): Promise<void> {
    this.#running ??= startProcess(this.#program);
    this.readyMatch = await this.#running.match(this.#program.ready, startSeconds);
  }

  async stop(): Promise<number | NodeJS.Signals | null> {
    const running = this.#running;
    this.#running = undefined;
    return (await running?.stop(stopSeconds)) ?? null;
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.signal('SIGKILL');
  }

  async pause(): Promise<void> {
    await this.#running?.signal('SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.#running?.signal('SIGCONT');
  }
}
