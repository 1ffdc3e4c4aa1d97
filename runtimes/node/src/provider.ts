import type { JsonObject } from './engine/store.ts';

/** How far a piece of work is. `data` is the outcome once `isComplete` is true. */
export interface ProviderStep {
  /** Names the work in calls to `getStatus`. */
  readonly id: string;
  readonly isComplete: boolean;
  /** 0 to 100. */
  readonly progressPercent: number;
  readonly data: JsonObject;
}

/** @deprecated A provider of version 0.1, which is asked for the next step again and again. Extend `Provider` instead. */
export interface PollingProvider {
  /** Called once before any work. */
  connect(): Promise<void>;
  close(): Promise<void>;
  /** Whether work could be done now; at most two seconds. */
  ping(): Promise<boolean>;
  /** Starts the work; a provider that is done at once returns a complete step. */
  process(input_data: JsonObject, options: JsonObject, signal: AbortSignal): Promise<ProviderStep>;
  /** The next step of work that was not complete; waits as long as suits the provider. */
  getStatus(id: string): Promise<ProviderStep>;
}

export type {
  /** @deprecated Modules of version 0.1 import it from here. */
  PollingProvider as Provider,
};
