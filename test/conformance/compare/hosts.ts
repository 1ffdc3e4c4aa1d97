import { fileURLToPath } from 'node:url';
import { generatedHost, pythonOf } from '../../e2e/generated-host.ts';
import type { Host } from '../host/host.ts';
import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { fastifyLauncher } from '../host/launch-fastify.ts';
import { FakeOpenAi, providerKey } from '../wire/fake-openai.ts';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const manifests = [
  ...['document_search', 'mon_nouveau_module'].map((name) => folder(`../../fixtures/manifests/${name}.yaml`)),
  folder('many_methods.yaml'),
];

/** How the provider of `document_search` answers an input with the text. */
export const scripts = {
  ok: 'SCRIPT(1)',
  hold: 'SCRIPT(2)',
  rejected: 'SCRIPT(3)',
  unavailable: 'SCRIPT(4)',
} as const;

/** A host of each stack, embedded, with the same three modules and settings. */
export interface Pair {
  readonly fastify: Host;
  readonly fastapi: Host;
  close(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  const { CONFORMANCE_FASTIFY_HOST, CONFORMANCE_FASTAPI_HOST } = process.env;
  const fastify = CONFORMANCE_FASTIFY_HOST ?? (await generatedHost('fastify', 'compared', manifests));
  const fastapi = CONFORMANCE_FASTAPI_HOST ?? (await generatedHost('fastapi', 'compared', manifests));
  const launchers = [fastifyLauncher({ dir: fastify }), fastapiLauncher({ dir: fastapi, python: pythonOf(fastapi) })];
  const started = await Promise.all(
    launchers.map(async (launcher) => {
      const fake = new FakeOpenAi();
      await fake.listen();
      // In the order of `scripts`.
      for (const step of ['ok', 'hold', 400, 500] as const) fake.script(step);
      return { fake, host: await launcher.launch({ env: settings(fake) }) };
    }),
  );
  const [one, other] = started as [(typeof started)[number], (typeof started)[number]];
  return {
    fastify: one.host,
    fastapi: other.host,
    close: async () => {
      await Promise.all(
        started.map(async ({ fake, host }) => {
          await host.dispose();
          await fake.close();
        }),
      );
    },
  };
}

function settings(fake: FakeOpenAi): Record<string, string> {
  return {
    PLANTED_PROVIDER_KEY: providerKey,
    DOCUMENT_SEARCH_PROVIDER: 'openai',
    DOCUMENT_SEARCH_BASE_URL: fake.baseUrl,
    DOCUMENT_SEARCH_API_KEY_ENV: 'PLANTED_PROVIDER_KEY',
    DOCUMENT_SEARCH_MAX_PENDING_JOBS: '3',
    DOCUMENT_SEARCH_MAX_INPUT_BYTES: '2000',
    DOCUMENT_SEARCH_RETRY_ATTEMPTS: '1',
    DOCUMENT_SEARCH_RETRY_DELAY_SECONDS: '0.05',
    DOCUMENT_SEARCH_TIMEOUT_SECONDS: '60',
  };
}
