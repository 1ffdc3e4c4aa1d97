import { sql } from 'drizzle-orm';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type Database, rowsOf } from '../db/database.ts';
import type { Event } from '../events/event.ts';
import { EVERY_EVENT, type EventBus } from '../events/event-bus.ts';
import { requireAdmin } from './auth.ts';
import { guardErrors } from './error-responses.ts';
import { EventView } from './views.ts';

/** Keeps every event, as a listener of its own group sees it: in the database, so that any process can show it. */
export function recordEvents(bus: EventBus, { db }: Database): void {
  bus.on(EVERY_EVENT, 'test_recorder', (event) =>
    db.execute(sql`insert into test_events (event) values (${JSON.stringify(event)}::json)`),
  );
}

/** Only with `TEST_ENDPOINTS=1`, which production refuses. */
export function testRoutes({ db }: Database): FastifyPluginAsyncZod {
  const Query = z.object({ correlation_id: z.string().optional(), name: z.string().optional() });
  return async (app) => {
    app.route({
      method: 'GET',
      url: '/api/v1/test/events',
      onRequest: requireAdmin,
      schema: {
        tags: ['test'],
        querystring: Query,
        response: { 200: z.object({ events: z.array(EventView) }), ...guardErrors },
      },
      handler: async ({ query }) => {
        const rows = await rowsOf<{ event: Event }>(db, sql`select event from test_events order by seq`);
        const events = rows.map((row) => row.event).filter((event) => matches(event, query));
        return { events: events.sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)) };
      },
    });
  };
}

function matches(event: Event, query: { correlation_id?: string | undefined; name?: string | undefined }): boolean {
  const { correlation_id = event.correlation_id, name = event.name } = query;
  return event.correlation_id === correlation_id && event.name === name;
}
