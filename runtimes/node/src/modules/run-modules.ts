import { Executor, type ExecutorModule } from '../engine/executor.ts';
import type { ScheduledTask } from '../engine/schedules.ts';
import { importJobs, loadOldData } from '../engine/schema.ts';
import type { RegisteredModule } from '../engine/store.ts';
import { maxAttempts } from '../jobs/job-worker.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { HostServices } from './start-module.ts';

/** Subscribes to progress if there are test endpoints: it is stored for subscribers only. No module can have this name. */
const RECORDER = 'test-recorder';
const EVENTS_KEPT_DAYS = 30;
const REMOVED_AFTER_DAYS = 7;

/** Tells the database what it has to know about the modules: limits, names of events, subscriptions. */
export async function registerModules(host: HostServices, orchestrator: Orchestrator) {
  const { database, bus, settings, log } = host;
  const registered = orchestrator.ready().map(({ name, manifest, module }): RegisteredModule => {
    return {
      name,
      max_concurrent_jobs: manifest.resources.max_concurrent_jobs,
      max_attempts: maxAttempts(module.service.config),
      lifecycle_events: { ...module.service.lifecycle },
      subscriptions: bus.subscribedBy(name),
    };
  });
  if (settings.testEndpoints) {
    const subscriptions = registered.flatMap(({ lifecycle_events: { progress } }) => progress ?? []);
    const limits = { max_concurrent_jobs: 1, max_attempts: 1, lifecycle_events: {} };
    registered.push({ name: RECORDER, ...limits, subscriptions });
  }
  await database.store.registerModules(registered, presentModules(host, orchestrator));
  const names = registered.map(({ name }) => name);
  const { pool, connection, oldData } = database;
  if (oldData) await loadOldData(pool, connection.schema, oldData, log);
  await importJobs(pool, connection.schema, names, log);
}

/** Runs the jobs of the modules, their handlers of events and their scheduled tasks in this process. */
export async function startExecutor(host: HostServices, orchestrator: Orchestrator): Promise<Executor> {
  const { database, settings, metrics, log } = host;
  const { store, connection } = database;
  if (database.isAlone) {
    // Claims of an earlier process: nobody else can be at work on them.
    await store.expireClaims();
    await store.sweep(orchestrator.ready().map(({ name }) => name));
  }
  const executor = new Executor({
    store,
    connection,
    modules: executorModules(host, orchestrator),
    present: presentModules(host, orchestrator),
    tasks: scheduledTasks(host, orchestrator),
    concurrency: settings.workerConcurrency,
    leaseSeconds: settings.jobLeaseSeconds,
    log,
    metrics,
    checkAccess: database.checkAccess,
  });
  await executor.start();
  return executor;
}

/** All modules of the host, also those that this process does not start. */
function presentModules({ settings }: HostServices, { present }: Orchestrator): string[] {
  return settings.testEndpoints ? [...present, RECORDER] : [...present];
}

function executorModules({ bus, settings }: HostServices, orchestrator: Orchestrator): ExecutorModule[] {
  const modules = orchestrator.ready().map(({ name, module }): ExecutorModule => {
    return {
      name,
      runJob: (job, signal) => module.service.runClaimed(job, signal),
      handleEvent: (delivery) => bus.deliver(delivery),
    };
  });
  const recorder: ExecutorModule = { name: RECORDER, runJob: async () => undefined, handleEvent: async () => {} };
  return settings.testEndpoints ? [...modules, recorder] : modules;
}

function scheduledTasks({ database }: HostServices, orchestrator: Orchestrator): ScheduledTask[] {
  const ofModules = orchestrator.ready().flatMap(({ name, module }) => {
    const tasks = module.tasks().filter((task) => task.kind === 'scheduled');
    return tasks.map(
      (task): ScheduledTask => ({ name: `${name}.${task.name}`, cron: task.cron, run: () => task.run() }),
    );
  });
  const run = async () => {
    await database.store.removeModules(REMOVED_AFTER_DAYS);
    await database.store.deleteOldEvents(EVENTS_KEPT_DAYS);
  };
  return [...ofModules, { name: 'runtime.delete_old_events', cron: '30 3 * * *', run }];
}
