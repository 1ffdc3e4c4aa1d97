import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type ConnectionOptions, newClient, quoteName, reportUnavailable } from './connection.ts';

const PING_MS = 5_000;
const END_MS = 1_000;
const RECONNECT_MS = [200, 500, 1_000, 3_000];

/**
 * Listens to the messages that the SQL functions send, on a connection of its own. Connects again when the connection
 * breaks or no longer answers.
 */
export class Listener {
  readonly #options: ConnectionOptions;
  readonly #onMessage: (message: string) => void;
  #client: pg.Client | undefined;
  #ping: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;

  /** `onMessage` also gets `connected` after each connect: messages may have been missed. */
  constructor(options: ConnectionOptions, onMessage: (message: string) => void) {
    this.#options = options;
    this.#onMessage = onMessage;
  }

  /** Connects. Throws if the first connect fails; later ones are repeated. */
  async start(): Promise<void> {
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#reconnect);
    await this.#close();
  }

  async #connect(): Promise<void> {
    const client = newClient(this.#options);
    client.on('notification', ({ payload = '' }) => this.#onMessage(payload));
    const lost = () => {
      if (this.#client === client) this.#lose();
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      await client.query(`listen ${quoteName(`${this.#options.schema}_wake`)}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (this.#stopped) return void client.end().catch(() => {});
    this.#client = client;
    // The types don't have it.
    if (this.#options.unref) (client as pg.Client & { unref(): void }).unref();
    this.#failures = 0;
    this.#ping = setInterval(() => client.query('select 1').catch(lost), PING_MS);
    this.#ping.unref();
    this.#onMessage('connected');
  }

  #lose(): void {
    void this.#close();
    if (this.#stopped) return;
    const pause = RECONNECT_MS[Math.min(this.#failures, RECONNECT_MS.length - 1)];
    this.#failures += 1;
    this.#reconnect = setTimeout(() => this.#connect().catch((error) => this.#fail(error)), pause);
    if (this.#options.unref) this.#reconnect.unref();
  }

  #fail(error: unknown): void {
    reportUnavailable(error, this.#options);
    this.#lose();
  }

  async #close(): Promise<void> {
    clearInterval(this.#ping);
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    await Promise.race([client.end().catch(() => {}), sleep(END_MS, undefined, { ref: false })]);
    // A server that hangs doesn't close its end.
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  }
}
