import type { EmbeddedPostgres } from '../postgres/embedded.ts';
import { startTestServer } from './test-database.ts';

let server: EmbeddedPostgres | undefined;

/** For `globalSetup` of vitest: one database server for a whole run. */
export async function setup(): Promise<void> {
  server = await startTestServer();
}

export async function teardown(): Promise<void> {
  await server?.stop();
}
