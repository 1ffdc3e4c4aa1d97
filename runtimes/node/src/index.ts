/**
 * The public API of the runtime. Hosts use `createHost`, `runHost` and the settings; modules extend `BaseModule` and
 * `JobService`. Anything that is not exported here or in `ai-module-runtime/testing` is private.
 */

// Routes of modules
export type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
// Hosts
export type { JobStatus, JsonObject } from './engine/store.ts';
export { loadEnvFile } from './env-file.ts';
export { AttemptTimeout, HttpError, PermanentError, TransientError } from './errors.ts';
export type { Event, EventHandler } from './events/event.ts';
export { ModuleEvents } from './events/module-events.ts';
export { createHost, type Host, type HostOptions } from './host.ts';
export { type Guard, type RequestUser, requireAdmin, requirePermission } from './http/auth.ts';
export { bearerToken } from './http/bearer-token.ts';
export { errorResponses, guardErrors } from './http/error-responses.ts';
export { jwtSecret } from './http/jwt-secret.ts';
export { Tokens } from './http/tokens.ts';
// Jobs of modules
export { JobService, type JobServiceSettings, type ProcessRequest } from './jobs/job-service.ts';
export type { LifecycleNames } from './jobs/lifecycle.ts';
export type { Run, WorkRequest } from './jobs/run.ts';
export {
  AnyQuery,
  InputData,
  JobParams,
  JobView,
  ListQuery,
  NoContent,
  Options,
  Priority,
  pageOf,
  ResultView,
  StatsView,
} from './jobs/schemas.ts';
export {
  type JobRow,
  type JobsTable,
  type JobTables,
  jobsTable,
  type ResultRow,
  type ResultsTable,
  resultsTable,
} from './jobs/tables.ts';
export type { Log } from './log.ts';
// Modules
export { BaseConfig } from './modules/base-config.ts';
export { type AnyModule, BaseModule } from './modules/base-module.ts';
export type { LoadModule, ModulesOptions } from './modules/discovery.ts';
export type { ModuleHealth } from './modules/health.ts';
export type { Manifest } from './modules/manifest.ts';
export type { ModuleContext } from './modules/module-context.ts';
export {
  type Authenticate,
  type DatabasePort,
  type HostRequest,
  isAllowed,
  type May,
  type Ports,
  type User,
} from './ports.ts';
export type { Provider, ProviderStep } from './provider.ts';
export { type RunnableHost, runHost } from './run-host.ts';
export { type Env, parseEnv, readSettings, type Settings, SettingsError } from './settings.ts';
export { jobTask, scheduledTask, type Task } from './tasks/task.ts';
// Types of modules
export { integer, type TextLimits, text, z } from './types.ts';
