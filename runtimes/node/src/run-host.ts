import { findUnavailable } from './engine/outage.ts';
import { SchemaMissing } from './engine/schema.ts';
import type { Host } from './host.ts';
import { EmbeddedPostgresError } from './postgres/error.ts';
import { SettingsError } from './settings.ts';

/** How long a shutdown may take before the process ends anyway. */
const SHUTDOWN_LIMIT_MS = 15_000;

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR']);

/** A started host, and where it listens. Without `listen` the process is a worker without a server. */
export interface RunnableHost {
  readonly host: Host;
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
}

/**
 * Runs a host as this process: starts it, listens, and stops it on SIGINT and SIGTERM. If it can't start, it prints why
 * to standard error and exits with 1; invalid settings, a missing database and a port in use take one line.
 */
export async function runHost(start: () => Promise<RunnableHost>): Promise<void> {
  try {
    const { host, listen } = await start();
    stopOnSignal(host);
    if (listen === undefined) {
      host.app.log.info('worker ready');
    } else {
      await host.app.listen({ ...listen, listenTextResolver: (address) => `listening on ${address}` });
    }
  } catch (error) {
    process.stderr.write(`${describeStartError(error)}\n`);
    process.exit(1);
  }
}

type ListenError = NodeJS.ErrnoException & { address?: string; hostname?: string; port?: number };

function describeStartError(error: unknown): string {
  if (error instanceof SettingsError) return `configuration: ${error.message}`;
  if (error instanceof EmbeddedPostgresError) return `database: ${error.message}`;
  if (error instanceof SchemaMissing) return `database: ${error.message}\n\n${error.sql}`;
  const unavailable = findUnavailable(error);
  if (unavailable?.code === 'database_unavailable')
    return `database: ${unavailable.description}. Check AI_DATABASE_URL.`;
  if (unavailable) return `database: ${unavailable.description}`;
  const { code = '', path, stack, syscall, address, hostname, port } = Object(error) as ListenError;
  if (code === 'EADDRINUSE') return `PORT ${port} is in use: stop the process that uses it, or set another PORT`;
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return `HOST and PORT: can't listen on ${address ?? hostname}:${port ?? 0} (${code})`;
  // Creating a folder on a read-only file system can end with ENOENT.
  if (path && (NOT_WRITABLE.has(code) || syscall === 'mkdir'))
    return `AI_DATA_DIR: ${path} can't be written to (${code})`;
  return stack ?? String(error);
}

function stopOnSignal({ app }: Host): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      app.log.error('the host did not stop in time');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
