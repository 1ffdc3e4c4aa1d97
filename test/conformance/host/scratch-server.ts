import type { Server } from './host.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

interface Program {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly ready: RegExp;
  /** The signal that ends it without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals;
}

/** A server for tests that can be restarted on the same port and data. */
export class ScratchServer implements Server {
  readonly #program: Program;
  #running: StartedProcess | undefined;

  constructor(program: Program) {
    this.#program = program;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { argv, cwd, ready } = this.#program;
    const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' };
    this.#running = startProcess({ argv, cwd, env, write: () => {} });
    await this.#running.match(ready, 30);
  }

  async stop(): Promise<void> {
    await this.#running?.stop(10, this.#program.stopSignal);
    this.#running = undefined;
  }
}
