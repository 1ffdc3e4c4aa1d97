import { setTimeout as pause } from 'node:timers/promises';
import type { ModuleFacts } from '../conformance/host/host.ts';
import { type Caller, under } from '../conformance/wire/caller.ts';
import type { Answer } from '../conformance/wire/send.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';

const terminal = new Set(['completed', 'failed', 'cancelled']);
const patienceMs = 60_000;

/** An accepted job and its outcome. */
export interface Followed {
  readonly owner: Caller;
  readonly module: ModuleFacts;
  readonly id: string;
  readonly acceptedAt: number;
  endedAt?: number;
  status?: string;
}

export interface Work {
  readonly module: ModuleFacts;
  readonly input: () => unknown;
}

/** Clients that each submit a job, follow it until it ends and submit the next. Failed requests are repeated. */
export class Crowd {
  readonly jobs: Followed[] = [];
  /** Numbers of answers other than 200 and 202, by status; 0 stands for a failed connection. */
  readonly refused = new Map<number, number>();
  /** Milliseconds until the slowest answer. */
  slowestMs = 0;
  readonly #clients: readonly Caller[];
  readonly #work: readonly Work[];
  #begun = 0;

  constructor(clients: readonly Caller[], ...work: readonly Work[]) {
    this.#clients = clients;
    this.#work = work;
  }

  /** Runs until `total` jobs were accepted and have ended, or timed out after a minute. */
  async run(total: number): Promise<void> {
    await Promise.all(this.#clients.map((client) => this.#act(client, total)));
  }

  async reach(count: number): Promise<void> {
    await waitUntil(`${count} accepted jobs`, () => this.jobs.length >= count, 120);
  }

  /** Waits for the jobs that were active at `moment`. Returns the milliseconds from `moment` to the last end. */
  async recoveredSince(moment: number): Promise<number> {
    const open = this.jobs.filter(({ acceptedAt, endedAt = Infinity }) => acceptedAt <= moment && endedAt >= moment);
    const ended = () => open.every(({ endedAt }) => endedAt !== undefined);
    await waitUntil('the end of all accepted jobs', ended, patienceMs / 1000);
    return Math.max(0, ...open.map(({ endedAt = moment }) => endedAt - moment));
  }

  async #act(client: Caller, total: number): Promise<void> {
    while (this.#begun < total) {
      const work = this.#work[this.#begun++ % this.#work.length]!;
      const id = await this.#submit(client, work);
      const job: Followed = { owner: client, module: work.module, id, acceptedAt: performance.now() };
      this.jobs.push(job);
      await this.#follow(job);
    }
  }

  async #submit(client: Caller, { module, input }: Work): Promise<string> {
    const body = { input_data: input() };
    for (;;) {
      const answer = await this.#ask(() => client.post(under(module, '/process'), body));
      if (answer?.status === 202) return (answer.json as { job_id: string }).job_id;
      await pause(100);
    }
  }

  async #follow(job: Followed): Promise<void> {
    const path = under(job.module, `/status/${job.id}`);
    while (performance.now() < job.acceptedAt + patienceMs) {
      const answer = await this.#ask(() => job.owner.get(path));
      const status = answer?.status === 200 ? (answer.json as { status: string }).status : '';
      if (terminal.has(status)) {
        job.status = status;
        job.endedAt = performance.now();
        return;
      }
      await pause(100);
    }
  }

  async #ask(question: () => Promise<Answer>): Promise<Answer | undefined> {
    const asked = performance.now();
    const answer = await question().catch(() => undefined);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - asked);
    const status = answer?.status ?? 0;
    if (status !== 202 && status !== 200) this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
    return answer;
  }
}
