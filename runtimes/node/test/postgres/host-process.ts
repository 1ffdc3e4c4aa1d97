/** A host: starts the database and prints one line of JSON. SIGTERM stops it, `restart` on standard input too. */
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from '../../src/postgres/embedded.ts';

const options: EmbeddedPostgresOptions = JSON.parse(process.argv[2]!);
const reports: string[] = [];
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const began = performance.now();
  const server = await startEmbeddedPostgres({ ...options, report: (message) => reports.push(message) });
  const keepRunning = setInterval(() => {}, 60_000);
  process.on('SIGTERM', async () => {
    await server.stop();
    clearInterval(keepRunning);
    process.exit();
  });
  print({ ...server, reports, milliseconds: Math.round(performance.now() - began) });
} catch (error) {
  print({ ...(error as object), message: (error as Error).message, reports });
}
