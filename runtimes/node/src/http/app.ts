import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { inRequest } from '../engine/request-time.ts';
import { HttpError } from '../errors.ts';
import { describeError } from '../log.ts';
import type { Orchestrator } from '../modules/orchestrator.ts';
import type { HostServices } from '../modules/start-module.ts';
import type { Ports } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { installAuth } from './auth.ts';
import { installBodyParser } from './body-parser.ts';
import {
  answerClientError,
  answerError,
  answerFrameworkError,
  answerNotFound,
  BODY_LIMIT_BYTES,
} from './error-handler.ts';
import { hostRoutes } from './host-routes.ts';
import { compileValidator } from './invalid-request.ts';
import { HIDDEN, installOpenApi } from './openapi.ts';
import { refusePaths } from './refuse-paths.ts';
import { testRoutes } from './test-routes.ts';

/** An application without routes: parsing, validation, authentication and errors. */
export function createApp(settings: Pick<Settings, 'logLevel'>, ports: Ports): FastifyInstance {
  const app = Fastify({
    ...(ports.logger
      ? { loggerInstance: ports.logger }
      : { logger: { level: settings.logLevel, serializers: { err: describeError } } }),
    bodyLimit: BODY_LIMIT_BYTES,
    // Longer than any path that Node accepts.
    routerOptions: { maxParamLength: 20_000 },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    // Node's own answer has no body; `refusePaths` answers instead.
    http: { requireHostHeader: false },
  });
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  // After the body was read: its events would lose the context.
  app.addHook('preValidation', (_request, _reply, done) => inRequest(done));
  app.server.on('connect', (_request, socket: Socket) => answerClientError(new Error('CONNECT'), socket));
  refusePaths(app);
  installBodyParser(app);
  installAuth(app, ports);
  return app;
}

/** Mounts the host's own routes and those of every module. */
export async function mountRoutes(app: FastifyInstance, host: HostServices, orchestrator: Orchestrator): Promise<void> {
  await installOpenApi(app);
  await app.register(hostRoutes(host, orchestrator));
  if (host.settings.testEndpoints) await app.register(testRoutes(host.database.store));
  for (const { name, ...entry } of orchestrator.modules.values()) {
    if (entry.status === 'ready') await app.register(entry.module.router(), { prefix: `/api/v1/modules/${name}` });
  }
  registerFallback(app, orchestrator);
}

/** What no module answers: 503 below a module that is not ready, 404 anywhere else. Before the body is parsed. */
function registerFallback(app: FastifyInstance, { modules }: Orchestrator): void {
  const refuse = async ({ params }: FastifyRequest) => {
    const status = modules.get((params as { name: string }).name)?.status ?? 'ready';
    throw status === 'ready' ? new HttpError(404, 'not_found') : new HttpError(503, 'module_unavailable');
  };
  const method = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  app.route({ method, url: '/api/v1/modules/:name/*', schema: HIDDEN, onRequest: refuse, handler: refuse });
}
