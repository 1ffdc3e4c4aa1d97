import { Cron } from 'croner';
import type { Log } from '../log.ts';
import type { Store } from './store.ts';

/** A task that runs by the clock, once over all processes. */
export interface ScheduledTask {
  /** `<module>.<task>`. */
  readonly name: string;
  /** Five fields, in UTC. */
  readonly cron: string;
  run(): Promise<unknown>;
}

/** Runs scheduled tasks. The clock of the database decides when a task is due, and its row which process runs it. */
export class Schedules {
  readonly #store: Store;
  readonly #tasks: ReadonlyMap<string, ScheduledTask>;
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();

  constructor(store: Store, tasks: readonly ScheduledTask[], log: Log) {
    this.#store = store;
    this.#tasks = new Map(tasks.map((task) => [task.name, task]));
    this.#log = log;
  }

  async start(): Promise<void> {
    const tasks = [...this.#tasks.values()];
    const now = await this.#store.now();
    await this.#store.enterSchedules(tasks.map(({ name, cron }) => ({ name, cron, next_at: nextTime(cron, now) })));
  }

  /** Starts the tasks that are due. */
  async check(): Promise<void> {
    if (this.#tasks.size === 0) return;
    for (const { name, checked_at } of await this.#store.dueSchedules([...this.#tasks.keys()])) {
      const task = this.#tasks.get(name);
      if (!task || !(await this.#store.takeSchedule(name, nextTime(task.cron, checked_at)))) continue;
      const run = this.#run(task).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  /** Resolves when the tasks that run have ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(task: ScheduledTask): Promise<void> {
    try {
      await task.run();
    } catch (error) {
      this.#log.error({ err: error, task: task.name }, 'scheduled task failed');
    }
  }
}

/** The first time after `from`. An expression without one, such as 30 February, is never due. Throws if it is invalid. */
export function nextTime(cron: string, from: Date): Date {
  // As in cron(8): of day and weekday one suffices, unless a field begins with an asterisk, such as */2.
  const [, , day, , weekday] = cron.trim().split(/\s+/);
  const domAndDow = [day, weekday].some((field) => field?.startsWith('*'));
  const next = new Cron(cron, { timezone: 'UTC', domAndDow, sloppyRanges: true }).nextRun(from);
  return next ?? new Date('9999-12-31T00:00:00Z');
}
