import { randomUUID } from 'node:crypto';
import type { Event } from '../events/event.ts';
import { asEvent } from '../events/event-bus.ts';
import { createHost, type Host } from '../host.ts';
import { Tokens } from '../http/tokens.ts';
import type { JobView } from '../jobs/schemas.ts';
import type { AnyModule } from '../modules/base-module.ts';
import { discoverModules, type ModulesOptions } from '../modules/discovery.ts';
import { isTyped, type Manifest } from '../modules/manifest.ts';
import type { User } from '../ports.ts';
import { readSettings } from '../settings.ts';
import { createHostDatabase, type TestDatabase } from './test-database.ts';
import { TestUser } from './test-user.ts';

const WAIT_MS = 30_000;

/** Tests use no network: modules use a provider that needs none unless `env` says otherwise. */
async function withOfflineProviders(dir: string): Promise<Record<string, string>> {
  const candidates = await discoverModules(dir);
  const variables = candidates.flatMap((each) => {
    const provider = 'manifest' in each ? offlineProvider(each.manifest) : undefined;
    return provider === undefined ? [] : [[`${each.name.toUpperCase()}_PROVIDER`, provider] as const];
  });
  return Object.fromEntries(variables);
}

/** `sample` for modules with types, `local` for others; `undefined` if the manifest has only providers of its own. */
function offlineProvider(manifest: Manifest): string | undefined {
  const wanted = isTyped(manifest) ? ['sample', 'local'] : ['local', 'sample'];
  const setting = manifest.configuration.provider;
  const choices = typeof setting === 'object' && 'enum' in setting ? setting.enum : undefined;
  return choices ? wanted.find((each) => choices.includes(each)) : wanted[0];
}

const shared = new Map<string, Promise<TestHost>>();
let registered: ModulesOptions | undefined;

/** Says where the modules under test are. Call it in a setup file of the test runner, before the tests. */
export function useModules(modules: ModulesOptions): void {
  registered = modules;
}

/**
 * The host for the tests of a module. It starts once for all test files of a process and ends with it. It uses the
 * database of `TEST_DATABASE_URL` if that is set.
 */
export function testHost<M extends AnyModule = AnyModule>(module: string): Promise<TestHost<M>> {
  const { TEST_DATABASE_URL = '' } = process.env;
  const host = shared.get(module) ?? TestHost.start(module, { DATABASE_URL: TEST_DATABASE_URL });
  shared.set(module, host);
  return host as Promise<TestHost<M>>;
}

/** A host with one module, its own users, and a database that ends with it. */
export class TestHost<M extends AnyModule = AnyModule> {
  readonly host: Host;
  /** All events so far, in the order in which they were published. `until` and `finished` read them again. */
  events: readonly Event[] = [];
  /** The name of the module. */
  readonly name: string;

  readonly #tokens: Tokens;
  readonly #database: TestDatabase | undefined;

  private constructor(host: Host, module: string, tokens: Tokens, database: TestDatabase | undefined) {
    this.host = host;
    this.#tokens = tokens;
    this.name = module;
    this.#database = database;
  }

  /**
   * Starts a separate host; call `stop` at the end. `env` contains its environment variables, such as
   * `{ MY_MODULE_RETRY_ATTEMPTS: '0' }`. Modules use an offline provider by default. `modules` is by default what `useModules` received.
   */
  static async start<M extends AnyModule = AnyModule>(
    module: string,
    env: Readonly<Record<string, string>> = {},
    modules: ModulesOptions | undefined = registered,
  ): Promise<TestHost<M>> {
    if (modules === undefined) throw new Error('no modules: call useModules() in a setup file of the tests');
    const variables = {
      LOG_LEVEL: 'silent',
      TEST_ENDPOINTS: '1',
      ...(await withOfflineProviders(modules.dir)),
      ...env,
    };
    const settings = readSettings(variables, { withoutPrefix: true });
    const database = settings.databaseUrl === undefined ? await createHostDatabase() : undefined;
    const tokens = new Tokens(settings.jwtSecret ?? randomUUID());
    const host = await createHost({
      settings,
      modules: { ...modules, only: module },
      authenticate: tokens.authenticate,
      database: database && { url: database.url },
    });
    const test = new TestHost<M>(host, module, tokens, database);
    const entry = test.host.orchestrator.modules.get(module);
    if (entry?.status === 'ready') return test;
    await test.stop();
    throw new Error(`${module} is not ready`, { cause: entry?.status === 'failed' ? entry.problem : entry });
  }

  /** The module. `testHost<InvoicesModule>('invoices')` gives it its type. */
  get module(): M {
    return this.moduleOf<M>(this.name);
  }

  /** A module that runs because this one requires it. */
  moduleOf<Other extends AnyModule = AnyModule>(name: string): Other {
    const entry = this.host.orchestrator.modules.get(name);
    if (entry?.status !== 'ready') throw new Error(`${name} is not ready`);
    return entry.module as Other;
  }

  /** The endpoints of the module, as `METHOD /path`, sorted. */
  endpoints(): string[] {
    const { paths = {} } = this.host.app.swagger() as { paths?: Record<string, object> };
    const own = Object.entries(paths).filter(([path]) => path.startsWith(`${this.#prefix}/`));
    return own
      .flatMap(([path, methods]) => {
        return Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(this.#prefix.length)}`);
      })
      .sort();
  }

  /** A new user with these permissions. */
  user(...permissions: string[]): TestUser {
    return this.#newUser({ id: `user-${randomUUID()}`, permissions, isAdmin: false });
  }

  admin(): TestUser {
    return this.#newUser({ id: 'admin', permissions: [], isAdmin: true });
  }

  /** A caller without a token. */
  stranger(): TestUser {
    return new TestUser(this.host.app, this.#prefix, { id: '', permissions: [], isAdmin: false });
  }

  /** Publishes as the host does; returns once the event is stored. */
  publish(name: string, data: Record<string, unknown>, eventId?: string): Promise<Event> {
    return this.host.services.bus.publish(name, data, 'host', undefined, eventId);
  }

  /** The events of one job so far. */
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

  /** Asks again and again until the answer is neither `undefined` nor `false`. Throws after `waitMs`. */
  async until<T>(
    probe: () => Promise<T | undefined | false> | T | undefined | false,
    waitMs: number = WAIT_MS,
  ): Promise<T> {
    for (const end = Date.now() + waitMs; Date.now() < end; ) {
      await this.#readEvents();
      const answer = await probe();
      if (answer !== undefined && answer !== false) {
        await this.#readEvents();
        return answer;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error([`not within ${waitMs / 1_000} seconds`, ...(await this.#state())].join('. '));
  }

  async stop(): Promise<void> {
    await this.host.app.close();
    await this.#database?.drop();
  }

  /** What may be the reason that a wait has ended. */
  async #state(): Promise<string[]> {
    const { pool } = this.host.services.database;
    const jobs = await pool.query(
      `select id, status, attempt, error_code from jobs where module = $1 order by created_at desc limit 5`,
      [this.name],
    );
    const letters = await pool.query(
      `select e.name, d.error_code from deliveries d join events e on e.id = d.event_id
       where d.module = $1 and d.dead_at is not null order by d.dead_at desc limit 5`,
      [this.name],
    );
    const described = jobs.rows.map(({ id, status, attempt, error_code: code }) => {
      return `${id} ${status} (${code === null ? '' : `${code}, `}attempt ${attempt})`;
    });
    const dead = letters.rows.map(({ name, error_code: code }) => `${name} (${code})`);
    return [
      ...(described.length > 0 ? [`Newest jobs of ${this.name}: ${described.join(', ')}`] : []),
      ...(dead.length > 0 ? [`Dead letters: ${dead.join(', ')}`] : []),
    ];
  }

  async #readEvents(): Promise<void> {
    this.events = (await this.host.services.database.store.events()).map(asEvent);
  }

  get #prefix(): string {
    return `/api/v1/modules/${this.name}`;
  }

  #newUser(user: User): TestUser {
    return new TestUser(this.host.app, this.#prefix, user, this.#tokens.issue(user));
  }
}
