import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import type { HostConfig } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { createHostTables } from './db/host-tables.ts';
import { EventBus } from './events/event-bus.ts';
import { createApp, mountRoutes } from './http/app.ts';
import { jwtSecret } from './http/jwt-secret.ts';
import { recordEvents } from './http/test-routes.ts';
import { Tokens } from './http/tokens.ts';
import { Orchestrator } from './modules/orchestrator.ts';
import type { HostServices } from './modules/start-module.ts';
import { openQueueConnection } from './tasks/queue-connection.ts';
import { TaskRunner } from './tasks/task-runner.ts';
import { Workers } from './tasks/workers.ts';

const MODULES = fileURLToPath(new URL('../ai/modules', import.meta.url));

/** The whole host: everything is started, nothing listens yet. `app.close()` stops it all. */
export interface Host {
  readonly app: FastifyInstance;
  readonly tokens: Tokens;
  readonly services: HostServices;
  readonly orchestrator: Orchestrator;
}

/** Starts the host with all modules, or only with the one called `only` and those it requires. */
export async function startHost(config: HostConfig, only?: string): Promise<Host> {
  const tokens = new Tokens(jwtSecret(config));
  const app = createApp(config, tokens);
  const database = await openDatabase(config);
  const tasks = new TaskRunner(openQueueConnection(config, database, app.log), config.JOB_LEASE_SECONDS, app.log);
  const workers = new Workers(database);
  const bus = new EventBus(tasks);
  const services: HostServices = {
    config,
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
    if (config.TEST_ENDPOINTS === '1') recordEvents(bus, database);
    await orchestrator.start(config.MODULES_DIR ?? MODULES, only);
    await mountRoutes(app, services, orchestrator);
    await app.ready();
    if (config.ROLE !== 'web') await startWork(config, tasks, workers, orchestrator);
    return { app, tokens, services, orchestrator };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function startWork(config: HostConfig, tasks: TaskRunner, workers: Workers, orchestrator: Orchestrator) {
  await workers.start();
  await orchestrator.recover(config.mode === 'embedded');
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
