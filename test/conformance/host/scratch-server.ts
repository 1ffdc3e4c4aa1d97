import { readFileSync } from 'node:fs';
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

  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  /** Also to the children: those of PostgreSQL are in groups of their own. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.#running?.pid;
    if (pid === undefined) throw new Error('the server does not run');
    // First the server: one that is stopped starts no more children.
    process.kill(pid, signal);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    for (const one of children) signalUnlessEnded(one, signal);
  }
}

/** A child may end meanwhile. */
function signalUnlessEnded(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
