import { randomUUID } from 'node:crypto';
import { readHostConfig } from '../config.ts';
import { IN_MEMORY } from '../db/in-memory.ts';
import type { Event } from '../events/event.ts';
import { EVERY_EVENT } from '../events/event-bus.ts';
import { type Host, startHost } from '../host.ts';
import type { User } from '../http/tokens.ts';
import type { JobView } from '../jobs/schemas.ts';
import type { AnyModule } from '../modules/base-module.ts';
import { TestUser } from './test-user.ts';

const WAIT_MS = 10_000;

const shared = new Map<string, Promise<TestHost>>();

/**
 * The host for the tests of a module, the same in all of their files: started once, gone with the process. It runs on
 * the servers that `TEST_DATABASE_URL` and `TEST_REDIS_URL` name, where they are set.
 */
export function testHost(module: string): Promise<TestHost> {
  const { TEST_DATABASE_URL = '', TEST_REDIS_URL = '' } = process.env;
  const servers = { DATABASE_URL: TEST_DATABASE_URL, REDIS_URL: TEST_REDIS_URL };
  const host = shared.get(module) ?? TestHost.start(module, servers);
  shared.set(module, host);
  return host;
}

/** A host with one module; unless told otherwise, with an empty database in memory: nothing is left behind. */
export class TestHost {
  readonly host: Host;
  /** Everything that was published, in the order in which it arrived. */
  readonly events: Event[] = [];
  /** Of the module. */
  readonly name: string;

  private constructor(host: Host, module: string) {
    this.host = host;
    this.name = module;
    host.services.bus.on(EVERY_EVENT, `test-${randomUUID()}`, async (event) => this.events.push(event));
  }

  /** A host of its own, to be stopped. `env` is its environment, such as `{ MY_MODULE_RETRY_ATTEMPTS: '0' }`. */
  static async start(module: string, env: Readonly<Record<string, string>> = {}): Promise<TestHost> {
    const config = readHostConfig({ LOG_LEVEL: 'silent', ...env, DATA_DIR: IN_MEMORY });
    const test = new TestHost(await startHost(config, module), module);
    const entry = test.host.orchestrator.modules.get(module);
    if (entry?.status === 'ready') return test;
    await test.stop();
    throw new Error(`${module} is not ready`, { cause: entry?.status === 'failed' ? entry.problem : entry });
  }

  get module(): AnyModule {
    const entry = this.host.orchestrator.modules.get(this.name);
    if (entry?.status !== 'ready') throw new Error(`${this.name} is not ready`);
    return entry.module;
  }

  /** What the module answers to, as `METHOD /path`, sorted. */
  endpoints(): string[] {
    const { paths = {} } = this.host.app.swagger() as { paths?: Record<string, object> };
    const own = Object.entries(paths).filter(([path]) => path.startsWith(`${this.#prefix}/`));
    return own
      .flatMap(([path, methods]) => {
        return Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(this.#prefix.length)}`);
      })
      .sort();
  }

  /** Somebody nobody else is, with these permissions. */
  user(...permissions: string[]): TestUser {
    return this.#newUser({ id: `user-${randomUUID()}`, permissions, admin: false });
  }

  admin(): TestUser {
    return this.#newUser({ id: 'admin', permissions: [], admin: true });
  }

  /** Somebody without a token. */
  stranger(): TestUser {
    return new TestUser(this.host.app, this.#prefix, { id: '', permissions: [], admin: false });
  }

  /** Publishes as the host does; returns once the event is accepted. */
  publish(name: string, data: Record<string, unknown>, eventId?: string): Promise<Event> {
    return this.host.services.bus.publish(name, data, 'host', undefined, eventId);
  }

  /** The events of one job that have arrived so far. */
  eventsOf(jobId: string): Event[] {
    return this.events.filter((event) => event.correlation_id === `job-${jobId}`);
  }

  /** Waits until the job has ended. */
  finished(user: TestUser, jobId: string): Promise<JobView> {
    return this.until(async () => {
      const job = await this.module.service.getJob(jobId, user);
      return ['pending', 'processing'].includes(job.status) ? undefined : job;
    });
  }

  /** Asks again and again until the answer is neither `undefined` nor `false`. */
  async until<T>(probe: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
    for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`not within ${WAIT_MS} ms`);
  }

  async stop(): Promise<void> {
    await this.host.app.close();
  }

  get #prefix(): string {
    return `/api/v1/modules/${this.name}`;
  }

  #newUser(user: User): TestUser {
    return new TestUser(this.host.app, this.#prefix, user, this.host.tokens.issue(user));
  }
}
