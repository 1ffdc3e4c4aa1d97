import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../core/host/host.ts';
import { maxManifestBytes } from '../../core/manifest/schema.ts';
import { readYaml } from '../../core/yaml/fast.ts';
import { readText } from '../fs/read-file.ts';
import { namesInUse } from './plan-module.ts';

/** Names of other modules that questions offer. */
export interface OfferedNames {
  readonly modules: readonly string[];
  /** Events that a module emits. */
  readonly events: readonly { readonly event: string; readonly module: string }[];
}

/** Reads the manifests of a host for their names. Leaves out those that are not readable. */
export async function offeredNames(host: Host): Promise<OfferedNames> {
  const modules: string[] = [];
  const events: { event: string; module: string }[] = [];
  for (const module of namesInUse(host).sort()) {
    const file = join(host.root, host.modulesDir, module, 'manifest.yaml');
    if (!existsSync(file)) continue;
    modules.push(module);
    for (const event of await emittedIn(file)) events.push({ event, module });
  }
  return { modules, events };
}

async function emittedIn(file: string): Promise<string[]> {
  try {
    const manifest = (await readYaml(readText(file, maxManifestBytes))) as { events_emitted?: unknown } | null;
    const entries: unknown[] = Array.isArray(manifest?.events_emitted) ? manifest.events_emitted : [];
    return entries
      .map((entry) => (typeof entry === 'string' ? entry : (entry as { event?: unknown } | null)?.event))
      .filter((event) => typeof event === 'string');
  } catch {
    return [];
  }
}
