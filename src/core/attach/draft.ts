import type { Attached } from '../pack/render-host.ts';
import type { DatabaseSource, EntryPoint, FileEdit, PrintedEdit, UserSource } from './application.ts';

/** The user's decisions. */
export interface AttachChoices {
  readonly entry: EntryPoint;
  /** Undefined if the user writes it. */
  readonly user: UserSource | undefined;
  readonly admin: string | undefined;
  /** Undefined for the database of AI_DATABASE_URL. */
  readonly database: DatabaseSource | undefined;
  readonly prefix: string;
  readonly dir: string;
  readonly migrations: 'runtime' | 'app';
}

/** What the attachment of an application writes, besides the files of the template pack. */
export interface AttachDraft {
  readonly attached: Attached;
  readonly edits: readonly FileEdit[];
  /** Edits for the user, because their position is uncertain. */
  readonly printed: readonly PrintedEdit[];
  readonly notes: readonly string[];
}
