/**
 * The public API of the runtime. Hosts use `createHost`, `runHost` and the settings; modules extend `BaseModule` and
 * `JobService`. Anything that is not exported here or in `ai-module-runtime/testing` is private.
 */

// Routes of modules
export type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
// Hosts
export type { Db } from './db/database.ts';
export type { JobStatus } from './engine/store.ts';
export { loadEnvFile } from './env-file.ts';
export { AttemptTimeout, HttpError, PermanentError, TransientError } from './errors.ts';
export { type Event, type EventHandler, userIdOf } from './events/event.ts';
export { ModuleEvents } from './events/module-events.ts';
export { OwnEvent } from './events/own-event.ts';
export { createHost, type Host, type HostOptions } from './host.ts';
export { type Guard, type RequestUser, requireAdmin, requirePermission } from './http/auth.ts';
export { bearerToken } from './http/bearer-token.ts';
export { type EndpointHandler, type EndpointRequest, endpoint, type PathParameters } from './http/endpoint.ts';
export { errorResponses, guardErrors } from './http/error-responses.ts';
export { InvalidRequest, type RequestProblem } from './http/invalid-request.ts';
export { jobRoutes } from './http/job-routes.ts';
export { jwtSecret } from './http/jwt-secret.ts';
export { Tokens } from './http/tokens.ts';
// Jobs of modules
export type { ModuleSchemas } from './jobs/check-input.ts';
export {
  type CompletedJob,
  type DirectCall,
  JobService,
  type JobServiceSettings,
  type ProcessRequest,
  type ResultOf,
} from './jobs/job-service.ts';
export type { LifecycleNames } from './jobs/lifecycle.ts';
export { Provider } from './jobs/provider.ts';
export type { Results } from './jobs/results.ts';
export type { Run, Usage, WorkRequest } from './jobs/run.ts';
export {
  AnyQuery,
  InputData,
  JobParams,
  JobView,
  JsonObject,
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
export { type AnyModule, type AnyService, BaseModule, type ModuleParts } from './modules/base-module.ts';
export type { LoadModule, ModulesOptions } from './modules/discovery.ts';
export { type ModuleHealth, ProbeError } from './modules/health.ts';
export type { EndpointEntry, Manifest } from './modules/manifest.ts';
export type { ModuleContext } from './modules/module-context.ts';
// Types of modules
export type { TypeSchema } from './modules/type-schema.ts';
export {
  type Authenticate,
  type DatabaseParts,
  type DatabasePort,
  type HostRequest,
  isAllowed,
  type May,
  type Ports,
  type User,
} from './ports.ts';
export type { PollingProvider, ProviderStep } from './provider.ts';
export { type RunnableHost, runHost } from './run-host.ts';
export { type Env, parseEnv, readSettings, type Settings, SettingsError, type SettingsOptions } from './settings.ts';
export { jobTask, scheduledTask, type Task } from './tasks/task.ts';
export { integer, type TextLimits, text, z } from './types.ts';
