import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type * as z from 'zod';
import type { ModuleEvents } from '../events/module-events.ts';
import type { JobService } from '../jobs/job-service.ts';
import type { WorkRequest } from '../jobs/run.ts';
import type { ResultView } from '../jobs/schemas.ts';
import type { Task } from '../tasks/task.ts';
import type { BaseConfig } from './base-config.ts';
import { checkHealth, type ModuleHealth } from './health.ts';
import type { Manifest } from './manifest.ts';
import type { ModuleContext } from './module-context.ts';
import { type ConfigClass, configSchema } from './read-config.ts';

/** A module has no service before `initialize` and none after `shutdown`. */
export class NotInitialised extends Error {}

/**
 * What the host sees of a module. A module says which parts it is made of; starting, stopping and health
 * are the same for all. `index.ts` exports `loadModule()`, which makes one.
 */
export abstract class BaseModule<C extends BaseConfig, S extends JobService<C>> {
  #context: ModuleContext | undefined;
  #service: S | undefined;

  /** The zod object that the manifest's configuration block must fit. */
  abstract configClass(): ConfigClass<C>;
  protected abstract createService(context: ModuleContext, config: C): S;
  /** Mounted at `/api/v1/modules/<name>`. */
  abstract router(): FastifyPluginAsyncZod;
  abstract tasks(): Task[];
  abstract registerEvents(events: ModuleEvents): void;

  get service(): S {
    if (!this.#service) throw new NotInitialised();
    return this.#service;
  }

  getMetadata(): Manifest {
    if (!this.#context) throw new NotInitialised();
    return this.#context.manifest;
  }

  /** True when the module is ready; false leaves nothing open. A second call does nothing. */
  async initialize(context: ModuleContext, config: C): Promise<boolean> {
    if (this.#service) return true;
    this.#context = context;
    const service = this.createService(context, config);
    try {
      await service.initialize();
      this.#service = service;
      return true;
    } catch (error) {
      context.log.error({ err: error }, 'module not initialised');
      await service.shutdown().catch((cause) => context.log.error({ err: cause }, 'module not closed'));
      return false;
    }
  }

  /** Closes everything. A second call does nothing. */
  async shutdown(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    await service?.shutdown();
  }

  /** Never throws. `metrics` are for administrators. */
  async healthCheck(): Promise<ModuleHealth> {
    const service = this.#service;
    if (!this.#context || !service) return checkHealth({});
    const health = await checkHealth({ ...this.#context.probes, provider: () => service.provider.ping() });
    const metrics = await service.getMetrics().catch(() => ({}));
    return { ...health, metrics: { ...health.metrics, ...metrics } };
  }

  /** Does the module's work at once, without HTTP and without a job. */
  process(request: WorkRequest): Promise<ResultView> {
    return this.service.process(request);
  }

  getMetrics(): Promise<Record<string, unknown>> {
    return this.service.getMetrics();
  }

  /** JSON Schema 2020-12 of the module's configuration. */
  getConfigSchema(): z.core.JSONSchema.JSONSchema {
    return configSchema(this.configClass(), this.getMetadata().configuration);
  }
}

/** A module with any configuration and service. */
// biome-ignore lint/suspicious/noExplicitAny: a module's own types do not concern the host
export type AnyModule = BaseModule<any, any>;
