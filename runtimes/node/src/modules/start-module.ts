import { join } from 'node:path';
import type { Database } from '../db/database.ts';
import { migrate } from '../db/migrations.ts';
import type { EventBus } from '../events/event-bus.ts';
import { ModuleEvents } from '../events/module-events.ts';
import { JobQueue } from '../jobs/job-queue.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskRunner } from '../tasks/task-runner.ts';
import type { AnyModule } from './base-module.ts';
import { importModule, type LoadModule } from './discovery.ts';
import type { Manifest } from './manifest.ts';
import type { ModuleContext, Probe } from './module-context.ts';
import { type ErrorCode, ModuleProblem } from './module-problem.ts';
import { readModuleConfig } from './read-config.ts';

/** What the host has to offer to modules. */
export interface HostServices {
  readonly settings: Settings;
  readonly mode: 'embedded' | 'distributed';
  readonly load: LoadModule;
  readonly database: Database;
  readonly tasks: TaskRunner;
  readonly bus: EventBus;
  readonly log: Log;
  readonly probes: Readonly<Record<'database' | 'queue' | 'events', Probe>>;
}

/** Imports, configures, migrates and initialises one module. Throws a `ModuleProblem` and leaves nothing open. */
export async function startModule(host: HostServices, folder: string, manifest: Manifest): Promise<AnyModule> {
  const { name } = manifest;
  const module = await importModule(folder, host.load);
  const config = await step('config_invalid', name, async () =>
    readModuleConfig(module.configClass(), name, manifest.configuration, host.settings.env),
  );
  await step('migration_failed', name, () => migrate(host.database, name, join(folder, 'migrations')));

  const context = contextFor(host, manifest);
  const ready = await step('initialize_failed', name, () => module.initialize(context, config));
  if (!ready) throw new ModuleProblem('initialize_failed', `${name} is not ready`);

  const concurrency = Math.min(manifest.resources.max_concurrent_jobs, host.settings.workerConcurrency);
  for (const task of module.tasks()) defineTask(host.tasks, context, task, concurrency);
  module.registerEvents(context.events);
  return module;
}

function contextFor(host: HostServices, manifest: Manifest): ModuleContext {
  const { settings, database, tasks, bus, log, probes } = host;
  return {
    manifest,
    db: database.db,
    events: new ModuleEvents(bus, manifest.name),
    queue: new JobQueue(tasks, manifest.name),
    log: log.child({ module: manifest.name }),
    env: settings.env,
    leaseSeconds: settings.jobLeaseSeconds,
    probes,
  };
}

function defineTask(tasks: TaskRunner, { manifest, queue }: ModuleContext, task: Task, concurrency: number): void {
  if (task.kind === 'job') queue.define(concurrency, task.run);
  else tasks.defineSchedule(`${manifest.name}.${task.name}`, task.cron, task.run);
}

async function step<T>(code: ErrorCode, name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new ModuleProblem(code, `${name} could not be started`, { cause });
  }
}
