import { EventEmitter } from 'node:events';
import type { PGlite, Results } from '@electric-sql/pglite';

interface Rows {
  rows: unknown[];
  rowCount: number;
}

/** node-postgres returns int8 as a string, and the queue counts on it. */
const PARSERS = { parsers: { 20: (value: string) => value } };
const LISTEN = /^\s*LISTEN\s+"?([^\s";]+)"?/im;

/**
 * A `pg.Pool` look-alike over the one session of an embedded database, as far as the task queue needs it:
 * queries, statements without parameters, and LISTEN on a client that was checked out.
 */
export class PglitePool extends EventEmitter {
  readonly options = { keepAlive: true };
  readonly #lite: PGlite;

  constructor(lite: PGlite) {
    super();
    this.#lite = lite;
  }

  async query(text: string, values?: readonly unknown[]): Promise<Rows> {
    if (values?.length) return asRows(await this.#lite.query(text, [...values], PARSERS));
    return asRows((await this.#lite.exec(text, PARSERS)).at(-1));
  }

  async connect(): Promise<PgliteClient> {
    return new PgliteClient(this, this.#lite);
  }

  async end(): Promise<void> {}
}

class PgliteClient extends EventEmitter {
  readonly #pool: PglitePool;
  readonly #lite: PGlite;
  readonly #listening: Array<() => Promise<void>> = [];

  constructor(pool: PglitePool, lite: PGlite) {
    super();
    this.setMaxListeners(0);
    this.#pool = pool;
    this.#lite = lite;
  }

  async query(text: string, values?: readonly unknown[]): Promise<Rows> {
    const channel = LISTEN.exec(text)?.[1];
    if (!channel) return this.#pool.query(text, values);
    const notify = (payload: string) => this.emit('notification', { channel, payload });
    this.#listening.push(await this.#lite.listen(channel, notify));
    return { rows: [], rowCount: 0 };
  }

  release(): void {
    this.removeAllListeners();
    for (const stop of this.#listening.splice(0)) stop().catch(() => {});
  }
}

function asRows(results: Results<unknown> | undefined): Rows {
  const rows = results?.rows ?? [];
  return { rows, rowCount: results?.affectedRows || rows.length };
}
