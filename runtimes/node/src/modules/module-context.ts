import type { Db } from '../db/database.ts';
import type { JsonObject, Store } from '../engine/store.ts';
import type { ModuleEvents } from '../events/module-events.ts';
import type { ModuleSchemas } from '../jobs/check-input.ts';
import type { Results } from '../jobs/results.ts';
import type { Log } from '../log.ts';
import type { Manifest } from './manifest.ts';

/** Whether something answers; throws or says false when it does not. */
export type Probe = () => Promise<boolean>;

/** Everything the host gives to one module. */
export interface ModuleContext {
  readonly manifest: Manifest;
  /** The types of input, options and output. */
  readonly schemas: ModuleSchemas;
  /** JSON Schema 2020-12 of the output, to ask a model for it; null if the manifest has no such type. */
  readonly outputSchema: JsonObject | null;
  /** For the module's own tables. */
  readonly db: Db;
  readonly events: ModuleEvents;
  /** Results of other modules. */
  readonly results: Results;
  /** Jobs of all modules. Use the service of the module instead. */
  readonly store: Store;
  readonly log: Log;
  /** Environment variables, for secrets whose names stand in the configuration. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Health of what the host provides. */
  readonly probes: Readonly<Record<'database' | 'queue' | 'events', Probe>>;
}
