import * as base from 'ai-module-runtime';
import * as z from 'zod';

export { AnyQuery, JobParams, ListQuery, NoContent } from 'ai-module-runtime';

/** Names in the OpenAPI document begin with it. */
const prefix = 'TextInsights';

/** What a client sends. Say here which keys `input_data` must have: `base.InputData.pipe(z.object({ text: z.string() }))`. */
export const ProcessRequest = z
  .strictObject({
    input_data: base.InputData,
    options: base.Options,
    priority: base.Priority,
  })
  .meta({ id: `${prefix}ProcessRequest` });
export type ProcessRequest = z.output<typeof ProcessRequest>;

/** What a client gets: the output of the work, and how it came about. */
export const ProcessResponse = base.ResultView.meta({ id: `${prefix}ProcessResponse` });

export const JobStatusResponse = base.JobView.meta({ id: `${prefix}JobStatusResponse` });

export const JobListResponse = base.pageOf(JobStatusResponse).meta({ id: `${prefix}JobListResponse` });

export const StatsResponse = base.StatsView.meta({ id: `${prefix}StatsResponse` });
