import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { HostConfig } from '../config.ts';
import { Refusal } from '../errors.ts';
import { describeError } from '../log.ts';
import type { Orchestrator } from '../modules/orchestrator.ts';
import type { HostServices } from '../modules/start-module.ts';
import { installAuth } from './auth.ts';
import { installBodyParser } from './body-parser.ts';
import { answerError, answerNotFound, BODY_LIMIT_BYTES } from './error-handler.ts';
import { hostRoutes } from './host-routes.ts';
import { compileValidator } from './invalid-request.ts';
import { HIDDEN, installOpenApi } from './openapi.ts';
import { testRoutes } from './test-routes.ts';
import type { Tokens } from './tokens.ts';

/** An application without routes: parsing, validation, authentication and errors. */
export function createApp(config: HostConfig, tokens: Tokens): FastifyInstance {
  const app = Fastify({
    logger: { level: config.LOG_LEVEL, serializers: { err: describeError } },
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 2_000 },
    frameworkErrors: (_error, request, reply) => answerNotFound(request, reply),
  });
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  installBodyParser(app);
  installAuth(app, tokens);
  return app;
}

/** Mounts the host's own routes and those of every module. */
export async function mountRoutes(app: FastifyInstance, host: HostServices, orchestrator: Orchestrator): Promise<void> {
  await installOpenApi(app);
  await app.register(hostRoutes(host, orchestrator));
  if (host.config.TEST_ENDPOINTS === '1') await app.register(testRoutes(host.database));
  for (const { name, ...entry } of orchestrator.modules.values()) {
    if (entry.status === 'ready') await app.register(entry.module.router(), { prefix: `/api/v1/modules/${name}` });
  }
  refuseTheRest(app, orchestrator);
}

/** What no module answers: 503 below a module that is not ready, 404 anywhere else. */
function refuseTheRest(app: FastifyInstance, { modules }: Orchestrator): void {
  app.all<{ Params: { name: string } }>('/api/v1/modules/:name/*', { schema: HIDDEN }, async ({ params }) => {
    const status = modules.get(params.name)?.status ?? 'ready';
    throw status === 'ready' ? new Refusal(404, 'not_found') : new Refusal(503, 'module_unavailable');
  });
}
