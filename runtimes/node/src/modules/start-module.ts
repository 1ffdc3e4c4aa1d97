import { join } from 'node:path';
import type { Database } from '../db/database.ts';
import type { Metrics } from '../engine/metrics.ts';
import { nextTime } from '../engine/schedules.ts';
import { checkModule, migrateModule } from '../engine/schema.ts';
import { retryAtStart } from '../engine/with-retries.ts';
import type { EventBus } from '../events/event-bus.ts';
import { ModuleEvents } from '../events/module-events.ts';
import { UNTYPED } from '../jobs/check-input.ts';
import { Results } from '../jobs/results.ts';
import type { Log } from '../log.ts';
import type { User } from '../ports.ts';
import type { Settings } from '../settings.ts';
import type { AnyModule } from './base-module.ts';
import { checkRoutes } from './check-routes.ts';
import { importModule, type LoadModule } from './discovery.ts';
import { staleTypes } from './fingerprint.ts';
import type { Manifest } from './manifest.ts';
import type { ModuleContext, Probe } from './module-context.ts';
import { type ErrorCode, ModuleProblem } from './module-problem.ts';
import { readModuleConfig } from './read-config.ts';
import { standaloneSchema } from './type-schema.ts';

/** What the host has to offer to modules. */
export interface HostServices {
  readonly settings: Settings;
  readonly mode: 'embedded' | 'distributed';
  /** Whether the application creates the tables; then they are only checked. */
  readonly checkOnly?: boolean;
  readonly load: LoadModule;
  readonly database: Database;
  readonly bus: EventBus;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly probes: Readonly<Record<'database' | 'queue' | 'events', Probe>>;
  /** Whether it takes no more work. */
  isStopping(): boolean;
  /** Whether a user has a permission. Throws an `HttpError` with status 503 if that is unknown. */
  may(user: User, permission: string): Promise<boolean>;
}

/** The manifest of a module of this host. */
export type ManifestOf = (module: string) => Manifest | undefined;

/** Imports, configures, migrates and initialises one module. Throws a `ModuleProblem` and leaves nothing open. */
export async function startModule(
  host: HostServices,
  folder: string,
  manifest: Manifest,
  manifestOf: ManifestOf,
): Promise<AnyModule> {
  const { name } = manifest;
  const module = await importModule(folder, host.load);
  const config = await step('config_invalid', name, async () =>
    readModuleConfig(module.configClass(), name, manifest.configuration, host.settings.env),
  );
  const { pool, connection } = host.database;
  const migrations = join(folder, 'migrations');
  const prepare = host.checkOnly ? checkModule : migrateModule;
  await step('migration_failed', name, () => retryAtStart(() => prepare(pool, connection.schema, name, migrations)));

  const context = contextFor(host, module, manifest, manifestOf);
  const stale = module.parts && staleTypes(manifest, context.schemas);
  if (stale !== undefined) context.log.warn(stale);
  const ready = await step('initialize_failed', name, () => module.initialize(context, config));
  if (!ready) throw new ModuleProblem('initialize_failed', `${name} is not ready`);

  try {
    await step('initialize_failed', name, async () => checkSchedules(module));
    if (module.parts) await checkRoutes(module, manifest);
    await step('initialize_failed', name, async () => module.registerEvents(context.events));
  } catch (error) {
    await module.shutdown().catch((cause: unknown) => context.log.error({ err: cause }, 'module not closed'));
    throw error;
  }
  return module;
}

function contextFor(host: HostServices, module: AnyModule, manifest: Manifest, manifestOf: ManifestOf): ModuleContext {
  const { settings, database, bus, log, probes, may } = host;
  const { store } = database;
  const { types, output } = manifest;
  return {
    manifest,
    schemas: module.parts?.schemas ?? UNTYPED,
    outputSchema: output === undefined ? null : standaloneSchema(output, types),
    db: database.db,
    events: new ModuleEvents(bus, manifest.name),
    results: new Results({ store, may, manifestOf }),
    store,
    log: log.child({ module: manifest.name }),
    env: settings.env,
    probes,
  };
}

/** Throws if a scheduled task has an invalid cron expression. */
function checkSchedules(module: AnyModule): void {
  for (const task of module.tasks()) if (task.kind === 'scheduled') nextTime(task.cron, new Date());
}

async function step<T>(code: ErrorCode, name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new ModuleProblem(code, `${name} could not be started`, { cause });
  }
}
