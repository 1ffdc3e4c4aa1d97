import { BaseModule } from 'ai-module-runtime';
import { Config } from './config.ts';
import { registerEventHandlers } from './events.ts';
import { routes } from './routes.ts';
import * as schemas from './schemas.ts';
import { InvoicesService } from './service.ts';
import { tasks } from './tasks.ts';

/** Reads the text of an invoice, checks that its amounts add up, and enters it in a ledger, offline. */
export class InvoicesModule extends BaseModule<Config, InvoicesService> {
  override readonly parts = {
    config: Config,
    schemas,
    service: InvoicesService,
    routes,
    tasks,
    registerEventHandlers,
  };
}

/** Called by the host, once. */
export function loadModule() {
  return new InvoicesModule();
}
