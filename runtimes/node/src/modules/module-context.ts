import type { Db } from '../db/database.ts';
import type { Store } from '../engine/store.ts';
import type { ModuleEvents } from '../events/module-events.ts';
import type { Log } from '../log.ts';
import type { Manifest } from './manifest.ts';

/** Whether something answers; throws or says false when it does not. */
export type Probe = () => Promise<boolean>;

/** Everything the host gives to one module. */
export interface ModuleContext {
  readonly manifest: Manifest;
  /** For the module's own tables. */
  readonly db: Db;
  readonly events: ModuleEvents;
  /** Jobs of all modules. Use the service of the module instead. */
  readonly store: Store;
  readonly log: Log;
  /** Environment variables, for secrets whose names stand in the configuration. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Health of what the host provides. */
  readonly probes: Readonly<Record<'database' | 'queue' | 'events', Probe>>;
}
