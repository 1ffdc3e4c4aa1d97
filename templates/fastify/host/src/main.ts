import { createHost, loadEnvFile, runHost } from 'ai-module-runtime';
import { hostOptions } from './host.ts';
import { readSettings } from './settings.ts';

await runHost(async () => {
  loadEnvFile();
  const settings = readSettings();
  const host = await createHost(hostOptions(settings));
  return { host, listen: settings.role === 'worker' ? undefined : settings.server };
});
