import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type Database, type DatabaseOptions, openDatabase } from './db/database.ts';
import type { Executor } from './engine/executor.ts';
import { Metrics } from './engine/metrics.ts';
import type { Outage } from './engine/outage.ts';
import { retryAtStart } from './engine/with-retries.ts';
import { WorkerWatch } from './engine/worker-watch.ts';
import { EventBus } from './events/event-bus.ts';
import { createApp } from './http/app.ts';
import { countRequests } from './http/metrics-route.ts';
import { mountRoutes } from './http/mount-routes.ts';
import { traceRequests } from './http/trace-requests.ts';
import type { Log } from './log.ts';
import type { ModulesOptions } from './modules/discovery.ts';
import { ProbeError } from './modules/health.ts';
import { Orchestrator } from './modules/orchestrator.ts';
import { registerModules, startExecutor } from './modules/run-modules.ts';
import type { HostServices } from './modules/start-module.ts';
import type { DatabasePort, Ports } from './ports.ts';
import { type Settings, SettingsError } from './settings.ts';
import { endsWithin } from './tasks/with-timeout.ts';
import { enableTraces, flushTraces } from './traces.ts';

/** Everything that a host consists of. */
export interface HostOptions extends Ports {
  readonly modules: ModulesOptions;
  readonly settings: Settings;
}

/** A host whose modules are started. `app` does not listen yet; `app.close()` stops everything. */
export interface Host {
  /** The Fastify application with all endpoints. */
  readonly app: FastifyInstance;
  readonly services: HostServices;
  readonly orchestrator: Orchestrator;
}

/** How long requests and jobs that run may go on when the host stops. What is left is interrupted, jobs are handed back. */
const GRACE_MS = 5_000;
/** How long it may take to send the last traces. */
const FLUSH_MS = 2_000;
/** How long a stop may take. Work that is left is taken over by other processes when its lease ends. */
const STOP_MS = 12_000;

/**
 * Starts a host: opens the database, starts the modules, and runs jobs unless the role is `web`. A module that can't
 * start is reported as failed; the others work. Throws a `SettingsError` if the settings are refused in production, and
 * the error of the database if it can't be opened; then nothing is left open.
 */
export function createHost(options: HostOptions): Promise<Host> {
  return startHost(options, {});
}

/** What is different in an application with a guest. */
export interface Placement {
  /** Where it answers, such as `/ai`. */
  readonly prefix?: string;
  /** Whether the application creates the tables; then they are only checked. */
  readonly checkOnly?: boolean;
  /** Whether the host keeps the process alive; by default it does. */
  readonly unref?: boolean;
  /** Default: 30. */
  readonly startSeconds?: number;
  readonly outage?: Outage;
  /** Default: the id that the client gave, or a new one. */
  readonly requestIdOf?: (request: IncomingMessage) => string;
  /** Adds hooks to the application before its routes. */
  readonly prepare?: (app: FastifyInstance) => void;
}

/** `createHost` for hosts of any kind. */
export async function startHost(options: HostOptions, placement: Placement): Promise<Host> {
  const { settings, modules } = options;
  const { prefix, checkOnly = false, unref = false, startSeconds, outage, requestIdOf, prepare } = placement;
  const databasePort = options.database ?? defaultDatabase(settings);
  const mode = 'embeddedIn' in databasePort ? 'embedded' : 'distributed';
  refuseInProduction(settings, mode);

  if (settings.traces) await enableTraces();
  const app = createApp(settings, options, requestIdOf);
  const { log } = app;
  if (prefix === undefined) reportIgnored(settings, log);
  prepare?.(app);
  const started = { ...databaseOptions(settings, modules.dir), checkOnly, unref, startSeconds, outage };
  const database = await openDatabase(databasePort, started, log);
  const { store } = database;
  const bus = new EventBus(store);
  const metrics = new Metrics(store, log);
  countRequests(app, metrics);
  if (settings.traces) traceRequests(app, prefix);
  let stoppingAt = 0;
  const services: HostServices = {
    settings,
    mode,
    checkOnly,
    load: modules.load,
    database,
    bus,
    metrics,
    log,
    probes: probesOf(database),
    isStopping: () => stoppingAt > 0,
    may: (user, permission) => app.may(user, permission),
  };
  const orchestrator = new Orchestrator(services);
  let executor: Executor | undefined;
  const watch = new WorkerWatch(store, () => orchestrator.ready().map(({ name }) => name), log);

  let grace: NodeJS.Timeout | undefined;
  const msUntil = (ms: number) => Math.max(0, stoppingAt + ms - performance.now());
  app.addHook('preClose', async () => {
    stoppingAt = performance.now();
    watch.stop();
    executor?.stopClaiming();
    grace = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
  });
  // All requests have ended.
  app.addHook('onClose', async () => {
    stoppingAt ||= performance.now();
    clearTimeout(grace);
    const stop = async () => {
      await executor?.stop(msUntil(GRACE_MS));
      await metrics.stop();
      await endsWithin(FLUSH_MS, flushTraces());
      await orchestrator.stop();
      await database.close();
    };
    if (!(await endsWithin(msUntil(STOP_MS), stop()))) log.warn('the host was not stopped completely');
  });
  try {
    await orchestrator.start(modules.dir, modules.only);
    await retryAtStart(() => registerModules(services, orchestrator));
    await mountRoutes(app, services, orchestrator, prefix);
    await app.ready();
    metrics.start();
    watch.start();
    if (settings.role !== 'web') executor = await retryAtStart(() => startExecutor(services, orchestrator));
    return { app, services, orchestrator };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function defaultDatabase({ databaseUrl, dataDir }: Settings): DatabasePort {
  return databaseUrl === undefined ? { embeddedIn: dataDir } : { url: databaseUrl };
}

function databaseOptions({ databaseSchema, directDatabaseUrl }: Settings, application: string): DatabaseOptions {
  return { application, schema: databaseSchema, directUrl: directDatabaseUrl };
}

function refuseInProduction({ environment, testEndpoints, checkToken }: Settings, mode: HostServices['mode']): void {
  if (environment !== 'production') return;
  const problems = [
    ...(testEndpoints ? ['AI_TEST_ENDPOINTS is refused in production'] : []),
    ...(checkToken === undefined ? [] : ['AI_CHECK_TOKEN is refused in production']),
    ...(mode === 'embedded'
      ? ['AI_DATABASE_URL is required in production: the embedded database is for development and tests']
      : []),
  ];
  if (problems.length > 0) throw new SettingsError(problems.join('; '));
}

/** Hosts of version 0.1 could have their queue on Redis. */
function reportIgnored({ env }: Settings, log: Log): void {
  const ignored = ['AI_REDIS_URL', 'REDIS_URL'].find((name) => env[name]);
  if (ignored) log.info(`${ignored} is ignored: jobs and events are in the database`);
}

function probesOf({ store, checkAccess }: Database): HostServices['probes'] {
  const answers = async () => {
    await checkAccess();
    return true;
  };
  const hasWorkers = async () => {
    if (!(await store.hasWorkers())) throw new ProbeError('no_workers');
    return true;
  };
  return { database: answers, queue: hasWorkers, events: answers };
}
