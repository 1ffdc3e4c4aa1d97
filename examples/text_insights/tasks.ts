import { jobTask, scheduledTask, type Task } from 'ai-module-runtime';
import type { TextInsightsService as Service } from './service.ts';

/** What runs in the background, in any worker. */
export function tasks(service: Service): Task[] {
  return [
    jobTask('process', (jobId) => service.runJob(jobId)),
    scheduledTask('requeue_stale', '* * * * *', () => service.requeueStale()),
    scheduledTask('cleanup_old_jobs', '0 3 * * *', () => service.cleanupOldJobs()),
  ];
}
