import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type * as z from 'zod';
import type { ModuleEvents } from '../events/module-events.ts';
import type { ModuleSchemas } from '../jobs/check-input.ts';
import type { JobService, ProcessRequest } from '../jobs/job-service.ts';
import type { Task } from '../tasks/task.ts';
import type { BaseConfig } from './base-config.ts';
import { checkHealth, type ModuleHealth } from './health.ts';
import type { Manifest } from './manifest.ts';
import type { ModuleContext } from './module-context.ts';
import { type ConfigClass, configSchema } from './read-config.ts';

/** A module has no service before `initialize` and none after `shutdown`. */
export class NotInitialised extends Error {}

/** A service with any types. */
// biome-ignore lint/suspicious/noExplicitAny: a module's own types do not concern the host
export type AnyService = JobService<any, any, any, any>;

// biome-ignore lint/suspicious/noExplicitAny: only the type in question matters
type InputOf<S> = S extends JobService<any, infer Input, any, any> ? Input : never;
// biome-ignore lint/suspicious/noExplicitAny: only the type in question matters
type OptionsOf<S> = S extends JobService<any, any, infer Options, any> ? Options : never;

/** What a module consists of. */
export interface ModuleParts<C extends BaseConfig, S extends AnyService> {
  /** The zod object that the manifest's configuration must fit. */
  readonly config: ConfigClass<C>;
  /** `schemas.ts` of the module. */
  readonly schemas: ModuleSchemas;
  readonly service: new (context: ModuleContext, config: C) => S;
  /** Mounted at `/api/v1/modules/<name>`. */
  routes(service: S): FastifyPluginAsyncZod;
  tasks?(service: S): Task[];
  registerEventHandlers?(events: ModuleEvents, service: S): void;
}

/**
 * What the host sees of a module. A module says which parts it consists of; starting, stopping and health are the same for
 * all. `index.ts` exports `loadModule()`, which makes one.
 */
export abstract class BaseModule<C extends BaseConfig, S extends AnyService> {
  /** What the module consists of. Modules of version 0.1 override the methods instead. */
  readonly parts: ModuleParts<C, S> | undefined;
  #context: ModuleContext | undefined;
  #service: S | undefined;

  /** The zod object that the manifest's configuration must fit. */
  configClass(): ConfigClass<C> {
    return this.#parts.config;
  }

  protected createService(context: ModuleContext, config: C): S {
    return new this.#parts.service(context, config);
  }

  /** The routes of the module, mounted at `/api/v1/modules/<name>`. */
  getRouter(): FastifyPluginAsyncZod {
    return this.router();
  }

  /** @deprecated Use `getRouter`. */
  router(): FastifyPluginAsyncZod {
    return this.#parts.routes(this.service);
  }

  tasks(): Task[] {
    return this.#parts.tasks?.(this.service) ?? [];
  }

  registerEvents(events: ModuleEvents): void {
    this.#parts.registerEventHandlers?.(events, this.service);
  }

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
    const health = await checkHealth({ ...this.#context.probes, provider: async () => service.provider.ping() });
    const metrics = await service.getMetrics().catch(() => ({}));
    return { ...health, metrics: { ...health.metrics, ...metrics } };
  }

  /** Does the module's work at once, without HTTP and without a job. */
  process(request: ProcessRequest<InputOf<S>, OptionsOf<S>>): ReturnType<S['processNow']> {
    const { input_data, options } = request;
    return this.service.processNow(input_data as never, { options: options as never }) as ReturnType<S['processNow']>;
  }

  getMetrics(): Promise<Record<string, unknown>> {
    return this.service.getMetrics();
  }

  get #parts(): ModuleParts<C, S> {
    if (!this.parts) throw new Error('The module has no parts.');
    return this.parts;
  }

  /** JSON Schema 2020-12 of the module's configuration. */
  getConfigSchema(): z.core.JSONSchema.JSONSchema {
    return configSchema(this.configClass(), this.getMetadata().configuration);
  }
}

/** A module with any configuration and service. */
// biome-ignore lint/suspicious/noExplicitAny: a module's own types do not concern the host
export type AnyModule = BaseModule<any, any>;
