import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as readYaml } from 'yaml';
import { bundledNames } from '../../src/io/pack/bundled-pack.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';

/** The smallest pack, for tests that do not depend on the pack. */
export const mini = fileURLToPath(new URL('../fixtures/packs/mini', import.meta.url));

/** Copies the smallest pack, to be changed: with another version, because a version always has the same files. */
export function copyMini(folder: string): void {
  cpSync(mini, folder, { recursive: true });
  const meta = join(folder, 'pack.yaml');
  writeFileSync(meta, readFileSync(meta, 'utf8').replace('version: 1.2.0', 'version: 1.2.1'));
}

/** All stacks to test: the small one and the bundled ones. */
export const stacks: readonly string[] = [mini, ...bundledNames];

/** Creates a host with `host init`, always with the same name. It is found without `--stack`. */
export async function newHost(stack = mini): Promise<string> {
  const root = join(tempFolder(), 'host');
  await succeedIn(tempFolder(), ['host', 'init', root, '--stack', stack, '--yes']);
  if (stack === mini) writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${mini}\n`);
  return root;
}

/** The manifest of a module in a host of the small pack. */
export function manifestOf(root: string, name: string): Record<string, unknown> {
  return readYaml(readFileSync(join(root, 'modules', name, 'manifest.yaml'), 'utf8')) as Record<string, unknown>;
}
