import { fileURLToPath } from 'node:url';
import { TestHost } from '../src/testing/index.ts';

const load = (url: string) => import(url);
const modulesIn = (folder: string) => ({ dir: fileURLToPath(new URL(folder, import.meta.url)), load });

export const sampleModules = modulesIn('fixtures/modules');
export const brokenModules = modulesIn('fixtures/broken');
export const typedModules = modulesIn('fixtures/typed');

/** A host with one module, whose jobs follow the script in their input. */
export function sampleHost(env: Readonly<Record<string, string>> = {}): Promise<TestHost> {
  return TestHost.start('sample', env, sampleModules);
}
