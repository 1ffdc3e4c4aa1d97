import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type Database, rowsOf } from '../db/database.ts';

const BEAT_MS = 5_000;
const SILENT_AFTER = sql`interval '15 seconds'`;

/** Workers report that they are alive, so that any process can tell whether somebody works on the queue. */
export class Workers {
  readonly #database: Database;
  readonly #id = randomUUID();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async start(): Promise<void> {
    await this.#beat();
    // A missed beat shows in the health of the queue; the next one mends it.
    this.#timer = setInterval(() => this.#beat().catch(() => {}), BEAT_MS);
    this.#timer.unref();
  }

  async anyAlive(): Promise<boolean> {
    const alive = sql`select exists (select 1 from host_workers where seen_at > now() - ${SILENT_AFTER}) as alive`;
    return (await rowsOf<{ alive: boolean }>(this.#database.db, alive))[0]?.alive === true;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#timer) await this.#database.db.execute(sql`delete from host_workers where id = ${this.#id}`);
  }

  async #beat(): Promise<void> {
    await this.#database.db.execute(
      sql`insert into host_workers (id) values (${this.#id}) on conflict (id) do update set seen_at = now()`,
    );
  }
}
