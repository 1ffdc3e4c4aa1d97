import * as z from 'zod';
import { JsonDocument } from '../jobs/schemas.ts';

const ModuleStatus = z.enum(['ready', 'failed', 'disabled']);

/** The answer of `/health`, with the status of every module. */
export const HostHealth = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    mode: z.enum(['embedded', 'distributed']),
    modules: z.record(z.string(), ModuleStatus),
  })
  .meta({ id: 'HostHealth' });

/** The answer of `/livez`. */
export const Live = z.object({ status: z.literal('live') }).meta({ id: 'Live' });

/** The answer of `/readyz`. */
export const Ready = z.object({ status: z.literal('ready') }).meta({ id: 'Ready' });

/** The answer of `/api/v1/modules/list`. `errors` has a code for each module that failed. */
export const ModuleList = z
  .object({
    modules: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        description: z.string(),
        author: z.string(),
        status: ModuleStatus,
      }),
    ),
    errors: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ModuleList' });

/** The answer of `/api/v1/modules/<name>/health`. `metrics` is empty except for administrators. */
export const ModuleHealthView = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    dependencies_ok: z.boolean(),
    last_check: z.iso.datetime(),
    metrics: JsonDocument,
  })
  .meta({ id: 'ModuleHealth' });

/** An event as listeners receive it. */
export const EventView = z
  .object({
    event_id: z.string(),
    name: z.string(),
    data: JsonDocument,
    source_module: z.string(),
    correlation_id: z.string(),
    occurred_at: z.string(),
  })
  .meta({ id: 'Event' });
