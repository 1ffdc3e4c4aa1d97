import type { Event, ModuleEvents } from 'ai-module-runtime';
import type { TextInsightsService as Service } from './service.ts';

/** The events of this module. Those in the life of a job are published by the runtime. */
export const emitted = {
  started: 'text_insights.started',
  progress: 'text_insights.progress',
  completed: 'text_insights.completed',
  failed: 'text_insights.failed',
  cancelled: 'text_insights.cancelled',
} as const;

/** Listens to the events of others. A handler may be called twice for one event. */
export function registerEventHandlers(events: ModuleEvents, service: Service): void {
  events.on('user.deleted', (event) => onUserDeleted(event, service));
  events.on('transcription.completed', (event) => onTranscriptionCompleted(event, service));
}

/** Nothing of a deleted user stays: running jobs are cancelled, then all jobs and results go. */
async function onUserDeleted({ data }: Event, service: Service): Promise<void> {
  if (typeof data.user_id === 'string') await service.deleteJobsOf(data.user_id);
}

/** Starts a job with the event's data, for the user it names. */
async function onTranscriptionCompleted(event: Event, service: Service): Promise<void> {
  await service.startFromEvent(event);
}
