import { fileURLToPath } from 'node:url';
import { TestHost } from '#platform/testing/test-host.ts';

export const SAMPLE_MODULES = fileURLToPath(new URL('fixtures/modules', import.meta.url));
export const BROKEN_MODULES = fileURLToPath(new URL('fixtures/broken', import.meta.url));

/** A host whose one module does what the input of its jobs says. */
export function sampleHost(env: Readonly<Record<string, string>> = {}): Promise<TestHost> {
  return TestHost.start('sample', { MODULES_DIR: SAMPLE_MODULES, JOB_LEASE_SECONDS: '1', ...env });
}
