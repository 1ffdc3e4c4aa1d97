import { fileURLToPath } from 'node:url';
import type { HostOptions, ModulesOptions, Settings } from 'ai-module-runtime';
import { createUsers } from './users.ts';

/** Where the modules are. The application passes `load`, because packages can't import TypeScript. */
export const modules: ModulesOptions = {
  dir: fileURLToPath(new URL('ai/modules', import.meta.url)),
  load: (url) => import(url),
};

/** What this application gives to the runtime. `database` and `logger` have defaults. */
export function hostOptions(settings: Settings): HostOptions {
  return { modules, settings, ...createUsers(settings) };
}
