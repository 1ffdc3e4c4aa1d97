import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors.ts';
import type { Orchestrator } from '../modules/orchestrator.ts';
import type { HostServices } from '../modules/start-module.ts';
import { adminJobRoutes, configurationRoutes, deadLetterRoutes } from './admin-routes.ts';
import { consoleRoutes } from './console-routes.ts';
import { hostRoutes } from './host-routes.ts';
import { moduleRoutes } from './job-routes.ts';
import { metricsRoute } from './metrics-route.ts';
import { HIDDEN, installOpenApi } from './openapi.ts';
import { testRoutes } from './test-routes.ts';

/** Mounts the host's own routes and those of every module, below the prefix of a guest. */
export async function mountRoutes(
  app: FastifyInstance,
  host: HostServices,
  orchestrator: Orchestrator,
  prefix = '',
): Promise<void> {
  if (prefix === '') return mountAll(app, host, orchestrator);
  await app.register(async (guest) => mountAll(guest, host, orchestrator), { prefix });
}

async function mountAll(app: FastifyInstance, host: HostServices, orchestrator: Orchestrator): Promise<void> {
  await installOpenApi(app);
  await app.register(hostRoutes(host, orchestrator));
  await app.register(configurationRoutes(host, orchestrator));
  await app.register(adminJobRoutes(host, orchestrator));
  await app.register(deadLetterRoutes(host));
  await app.register(metricsRoute(host, orchestrator));
  await app.register(consoleRoutes);
  if (host.settings.testEndpoints) await app.register(testRoutes(host.database.store));
  for (const { name, ...entry } of orchestrator.modules.values()) {
    if (entry.status === 'ready') await app.register(moduleRoutes(entry.module), { prefix: `/api/v1/modules/${name}` });
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
