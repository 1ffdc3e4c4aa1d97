import { HostConfigError, readHostConfig } from './platform/config.ts';
import { loadEnvFile } from './platform/env-file.ts';
import { startHost } from './platform/host.ts';

/** How long a shutdown may take before the process is ended regardless. */
const SHUTDOWN_LIMIT_MS = 15_000;

try {
  loadEnvFile();
  const config = readHostConfig();
  const { app } = await startHost(config);
  stopOnSignal(() => app.close());
  if (config.ROLE === 'worker') {
    app.log.info('worker ready');
  } else {
    const listenTextResolver = (address: string) => `listening on ${address}`;
    await app.listen({ host: config.HOST, port: config.PORT, listenTextResolver });
  }
} catch (error) {
  console.error(error instanceof HostConfigError ? `configuration: ${error.message}` : (error as Error).stack);
  process.exit(1);
}

function stopOnSignal(close: () => Promise<unknown>): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
