import { endpoint, type FastifyPluginAsyncZod, jobRoutes } from 'ai-module-runtime';
import type { TextInsightsService } from './service.ts';

/** The endpoints, below `/api/v1/modules/text_insights`. `jobRoutes` has the standard ones that the manifest declares. */
export function routes(service: TextInsightsService): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(jobRoutes(service));
    app.route(endpoint(service, 'POST /analyse'));
  };
}
