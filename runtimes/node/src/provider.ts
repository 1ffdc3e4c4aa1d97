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

/**
 * Where the AI is: a library, a server, a cloud service. Failures that may pass are `TransientError`s, all others
 * `PermanentError`s, each with a code that users see.
 */
export interface Provider {
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
