import type * as z from 'zod';
import { checkType } from '../check-type.ts';
import { InvalidValue, PermanentError } from '../errors.ts';

/** What listeners receive. The names of its fields are the same in every stack. */
export interface Event<Data = Readonly<Record<string, unknown>>> {
  /** UUID; a second event with the same id is the same event. */
  readonly event_id: string;
  /** `namespace.verb`, such as `user.deleted`. */
  readonly name: string;
  readonly data: Data;
  /** The module that published it, or `host`. */
  readonly source_module: string;
  /** Events of one piece of work share it; those of a job have `job-<job_id>`. */
  readonly correlation_id: string;
  /** ISO 8601, UTC. */
  readonly occurred_at: string;
}

/** Handles an event. If it throws, the event is delivered again; after a `PermanentError` it is a dead letter at once. */
export type EventHandler<Data = Readonly<Record<string, unknown>>> = (event: Event<Data>) => Promise<unknown>;

/** The id of the user that an event is about. Throws `user_id_missing`. */
export function userIdOf({ data }: Event): string {
  if (typeof data.user_id === 'string' && data.user_id !== '') return data.user_id;
  throw new PermanentError('user_id_missing');
}

/** The data with the defaults of its type. Throws `payload_invalid`, whose cause says what is wrong, without the data. */
export function checkPayload<T>(type: z.ZodType<T>, data: unknown): T {
  const checked = checkType(type, data);
  if (checked.ok) return checked.value;
  throw new PermanentError('payload_invalid', { cause: new InvalidValue(checked.problems) });
}
