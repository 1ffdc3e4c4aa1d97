import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Store } from '../engine/store.ts';
import { asEvent } from '../events/event-bus.ts';
import { requireAdmin } from './auth.ts';
import { guardErrors } from './error-responses.ts';
import { EventView } from './views.ts';

/** Only with `AI_TEST_ENDPOINTS=1`, which production refuses. */
export function testRoutes(store: Store): FastifyPluginAsyncZod {
  const Query = z.object({ correlation_id: z.string().optional(), name: z.string().optional() });
  return async (app) => {
    app.route({
      method: 'GET',
      url: '/api/v1/test/events',
      onRequest: requireAdmin,
      schema: {
        tags: ['test'],
        operationId: 'test_events',
        querystring: Query,
        response: { 200: z.object({ events: z.array(EventView) }), ...guardErrors },
      },
      handler: async ({ query: { correlation_id, name } }) => {
        const filter = { ...(correlation_id && { correlationId: correlation_id }), ...(name && { name }) };
        return { events: (await store.events(filter)).map(asEvent) };
      },
    });
  };
}
