import { scheduledTask, type Task } from 'ai-module-runtime';
import type { InvoicesService } from './service.ts';

/** What runs by the clock (UTC), in one of the workers. The runtime runs the jobs. */
export function tasks(service: InvoicesService): Task[] {
  return [scheduledTask('cleanup_old_jobs', '0 3 * * *', () => service.deleteOldJobs())];
}
