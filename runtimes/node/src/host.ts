import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { type Database, openDatabase } from './db/database.ts';
import { createHostTables } from './db/host-tables.ts';
import { EventBus } from './events/event-bus.ts';
import { createApp, mountRoutes } from './http/app.ts';
import { recordEvents } from './http/test-routes.ts';
import type { ModulesOptions } from './modules/discovery.ts';
import { Orchestrator } from './modules/orchestrator.ts';
import type { HostServices } from './modules/start-module.ts';
import type { DatabasePort, Ports } from './ports.ts';
import { type Settings, SettingsError } from './settings.ts';
import { openQueueConnection } from './tasks/queue-connection.ts';
import { TaskRunner } from './tasks/task-runner.ts';
import { Workers } from './tasks/workers.ts';

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

/**
 * Starts a host: opens the database, starts the modules, and starts a worker unless the role is `web`. A module that
 * can't start is reported as failed; the others work. Throws a `SettingsError` if the settings are refused in
 * production, and the error of the database if it can't be opened; then nothing is left open.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { settings, modules } = options;
  const databasePort = options.database ?? defaultDatabase(settings);
  const mode = 'url' in databasePort ? 'distributed' : 'embedded';
  refuseInProduction(settings, mode);

  const app = createApp(settings, options);
  const database = await openDatabase(databasePort);
  const tasks = new TaskRunner(openQueueConnection(settings, database, app.log), settings.jobLeaseSeconds, app.log);
  const workers = new Workers(database);
  const bus = new EventBus(tasks);
  const services: HostServices = {
    settings,
    mode,
    load: modules.load,
    database,
    tasks,
    bus,
    log: app.log,
    probes: probesOf(database, tasks, workers),
  };
  const orchestrator = new Orchestrator(services);

  app.addHook('onClose', async () => {
    const idle = tasks.stopWorkers();
    await orchestrator.stop();
    await idle;
    await workers.stop();
    await tasks.close();
    await database.close();
  });
  try {
    await createHostTables(database);
    if (settings.testEndpoints) recordEvents(bus, database);
    await orchestrator.start(modules.dir, modules.only);
    await mountRoutes(app, services, orchestrator);
    await app.ready();
    if (settings.role !== 'web') await startWork(mode, tasks, workers, orchestrator);
    return { app, services, orchestrator };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function defaultDatabase({ databaseUrl, dataDir }: Settings): DatabasePort {
  return databaseUrl === undefined ? { embeddedIn: dataDir } : { url: databaseUrl };
}

function refuseInProduction({ environment, testEndpoints }: Settings, mode: HostServices['mode']): void {
  if (environment !== 'production') return;
  const problems = [
    ...(testEndpoints ? ['AI_TEST_ENDPOINTS is refused in production'] : []),
    ...(mode === 'embedded'
      ? ['AI_DATABASE_URL is required in production: the embedded database is for development and tests']
      : []),
  ];
  if (problems.length > 0) throw new SettingsError(problems.join('; '));
}

async function startWork(mode: HostServices['mode'], tasks: TaskRunner, workers: Workers, orchestrator: Orchestrator) {
  await workers.start();
  await orchestrator.recover(mode === 'embedded');
  await tasks.startWorkers();
}

function probesOf(database: Database, tasks: TaskRunner, workers: Workers): HostServices['probes'] {
  const answers = async () => {
    await tasks.ping();
    return true;
  };
  return {
    database: async () => {
      await database.db.execute(sql`select 1`);
      return true;
    },
    queue: async () => (await answers()) && workers.anyAlive(),
    events: answers,
  };
}
