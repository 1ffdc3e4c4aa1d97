import * as z from 'zod';
import { InputData, JobView, Options, Priority, pageOf, ResultView, StatsView } from '#platform/jobs/schemas.ts';

export { AnyQuery, JobParams, ListQuery, NoContent } from '#platform/jobs/schemas.ts';

/** What a client sends. Say here which keys `input_data` must have: `InputData.pipe(z.object({ text: z.string() }))`. */
export const ProcessRequest = z
  .strictObject({
    input_data: InputData,
    options: Options,
    priority: Priority,
  })
  .meta({ id: 'TextInsightsProcessRequest' });
export type ProcessRequest = z.output<typeof ProcessRequest>;

/** What a client gets: the output of the work, and how it came about. */
export const ProcessResponse = ResultView.meta({ id: 'TextInsightsProcessResponse' });

export const JobStatusResponse = JobView.meta({ id: 'TextInsightsJobStatusResponse' });

export const JobListResponse = pageOf(JobStatusResponse).meta({ id: 'TextInsightsJobListResponse' });

export const StatsResponse = StatsView.meta({ id: 'TextInsightsStatsResponse' });
