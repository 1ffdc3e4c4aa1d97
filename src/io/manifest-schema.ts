import type { Host } from '../core/host/host.ts';
import { jsonText } from '../core/text/json-text.ts';
import { joinPath } from '../core/text/rel-path.ts';
import { type TreeFile, textFile } from '../core/tree/tree.ts';
import type { HostEdits } from './plan-module.ts';
import { readFileOf } from './read-tree.ts';

/** The manifest's JSON Schema as the package ships it: the text that is printed, and that hosts have a copy of. */
export async function manifestSchemaText(): Promise<string> {
  const { default: schema } = await import('../../docs/schema/manifest.schema.json', { with: { type: 'json' } });
  return jsonText(schema);
}

const schemaName = 'manifest.schema.json';

/**
 * Where a module's manifest names the schema beside the module's folder for its editor, the schema is to be there, as
 * this version of the tool has it.
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
