import { type ModuleEvents, userIdOf } from 'ai-module-runtime';
import * as schemas from './schemas.ts';
import type { InvoicesService } from './service.ts';

/** Listens to the events of others. A handler may be called twice for one event. */
export function registerEventHandlers(events: ModuleEvents, service: InvoicesService): void {
  events.on('user.deleted', (event) => service.eraseUser(userIdOf(event)));
  events.on('scan.completed', schemas.ScanCompleted, (event) => service.startFromEvent(event));
}
