import { fileURLToPath } from 'node:url';
import { generatedHost, pythonOf, type Stack } from '../../e2e/generated-host.ts';
import type { Environment, Host } from '../host/host.ts';
import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { fastifyLauncher } from '../host/launch-fastify.ts';
import { FakeOpenAi, providerKey } from '../wire/fake-openai.ts';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const manifests = {
  document_search: '../../fixtures/manifests/document_search.yaml',
  mon_nouveau_module: '../../fixtures/manifests/mon_nouveau_module.yaml',
  many_methods: 'many_methods.yaml',
  orders: '../../fixtures/typed/orders.yaml',
  order_reports: '../../fixtures/typed/order_reports.yaml',
};
export const moduleNames = Object.keys(manifests);

/** How the provider of `document_search` answers an input with the text. */
export const scripts = {
  ok: 'SCRIPT(1)',
  hold: 'SCRIPT(2)',
  rejected: 'SCRIPT(3)',
  unavailable: 'SCRIPT(4)',
} as const;

/** A host of each stack, embedded, with the same modules and settings. */
export interface Pair {
  readonly fastify: Host;
  readonly fastapi: Host;
  close(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  const started = await Promise.all([startHost('fastify', smallLimits), startHost('fastapi', smallLimits)]);
  const [{ host: fastify }, { host: fastapi }] = started;
  return {
    fastify,
    fastapi,
    close: async () => {
      await Promise.all(started.map((one) => one.close()));
    },
  };
}

/** Limits that drawn requests reach. */
const smallLimits = {
  DOCUMENT_SEARCH_MAX_PENDING_JOBS: '3',
  DOCUMENT_SEARCH_MAX_INPUT_BYTES: '2000',
  MANY_METHODS_MAX_PENDING_JOBS: '2',
  MANY_METHODS_MAX_INPUT_BYTES: '500',
};

/** The folder of a host with these modules. */
export async function folderOf(stack: Stack): Promise<string> {
  const given = process.env[`CONFORMANCE_${stack.toUpperCase()}_HOST`];
  return given ?? (await generatedHost(stack, 'compared', Object.values(manifests).map(folder)));
}

/** Starts a host whose module `document_search` has a provider that follows the scripts. */
export async function startHost(
  stack: Stack,
  env: Environment,
): Promise<{ readonly host: Host; close(): Promise<void> }> {
  const dir = await folderOf(stack);
  const launcher = stack === 'fastify' ? fastifyLauncher({ dir }) : fastapiLauncher({ dir, python: pythonOf(dir) });
  const fake = new FakeOpenAi();
  await fake.listen();
  // In the order of `scripts`.
  for (const step of ['ok', 'hold', 400, 500] as const) fake.script(step);
  const settings = {
    PLANTED_PROVIDER_KEY: providerKey,
    DOCUMENT_SEARCH_PROVIDER: 'openai',
    DOCUMENT_SEARCH_BASE_URL: fake.baseUrl,
    DOCUMENT_SEARCH_API_KEY_ENV: 'PLANTED_PROVIDER_KEY',
    MON_NOUVEAU_MODULE_BASE_URL: fake.baseUrl,
    DOCUMENT_SEARCH_RETRY_ATTEMPTS: '1',
    DOCUMENT_SEARCH_RETRY_DELAY_SECONDS: '0.05',
    DOCUMENT_SEARCH_TIMEOUT_SECONDS: '60',
  };
  const host = await launcher.launch({ env: { ...settings, ...env } });
  return {
    host,
    close: async () => {
      await host.dispose();
      await fake.close();
    },
  };
}
