import { endpoint, type FastifyPluginAsyncZod, jobRoutes } from 'ai-module-runtime';
import * as schemas from './schemas.ts';
import type { InvoicesService } from './service.ts';

/** The endpoints, below `/api/v1/modules/invoices`. `jobRoutes` has the standard ones that the manifest declares. */
export function routes(service: InvoicesService): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(jobRoutes(service));
    app.route(
      endpoint(service, 'POST /check', {
        input: schemas.CheckInput,
        output: schemas.CheckOutput,
        handler: (input, { user }) => service.check(input, user),
      }),
    );
    app.route(
      endpoint(service, 'GET /ledger', {
        input: schemas.GetLedgerInput,
        output: schemas.GetLedgerOutput,
        handler: (input, { user }) => service.getLedger(input, user),
      }),
    );
  };
}
