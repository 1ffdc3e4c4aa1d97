import { type ModuleEvents, userIdOf } from 'ai-module-runtime';
import * as schemas from './schemas.ts';
import type { TextInsightsService } from './service.ts';

/** Listens to the events of others. A handler may be called twice for one event. */
export function registerEventHandlers(events: ModuleEvents, service: TextInsightsService): void {
  events.on('user.deleted', (event) => service.eraseUser(userIdOf(event)));
  events.on('transcription.completed', schemas.TranscriptionCompleted, (event) => service.startFromEvent(event));
}
