import type { Host } from '../core/host/host.ts';
import { jsonText } from '../core/text/json-text.ts';
import { joinPath } from '../core/text/rel-path.ts';
import { type TreeFile, textFile } from '../core/tree/tree.ts';
import type { HostEdits } from './plan-module.ts';
import { readFileOf } from './read-tree.ts';

/** The text of the manifest's JSON Schema in this package. Hosts have a copy of it. */
export async function manifestSchemaText(): Promise<string> {
  const { default: schema } = await import('../../docs/schema/manifest.schema.json', { with: { type: 'json' } });
  return jsonText(schema);
}

const schemaName = 'manifest.schema.json';

/**
 * Adds this version's JSON Schema to the modules folder if the module's manifest refers to it there, for completion and
 * validation in editors.
 */
export async function addManifestSchema(
  host: Host,
  manifest: TreeFile | undefined,
  { current, edited }: Pick<HostEdits, 'current' | 'edited'>,
): Promise<void> {
  if (!String(manifest?.content).includes(`$schema=../${schemaName}`)) return;
  const path = joinPath(host.modulesDir, schemaName);
  if (edited.has(path)) return;
  const there = await readFileOf(host.root, path);
  if (there !== undefined) current.set(path, there);
  edited.set(path, textFile(await manifestSchemaText()));
}
