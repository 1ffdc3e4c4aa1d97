// The keys of ai-modules.yaml, and how each bundled pack recognizes a host.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { code, table } from './markdown.mjs';
import { keyTable } from './packs.mjs';
import { root, source } from './source.mjs';

export const hostParts = {
  'host-keys': () => keyTable('src/core/host/host-config.ts', 'export const HostConfigSchema'),
  stacks: async () => (await bundledPacks()).map(stackSection).join('\n\n') || 'No pack is bundled yet.',
};

async function bundledPacks() {
  const templates = new URL('templates/', root);
  const names = (await readdir(templates).catch(() => []))
    .sort()
    .filter((name) => existsSync(new URL(`${name}/pack.yaml`, templates)));
  return Promise.all(
    names.map(async (name) =>
      source.parsePackMeta(await readFile(new URL(`${name}/pack.yaml`, templates), 'utf8'), name),
    ),
  );
}

function stackSection(meta) {
  const evidence = meta.host.detect.map((rule) => `- ${rule.evidence}`);
  const imports = Object.entries(meta.host.imports).map(([name, place]) => [code(name), code(place)]);
  return [
    `### ${code(meta.name)}`,
    `${meta.title}: ${meta.description.replace(/\.?$/, '.')} Modules live in ${code(meta.host.modules_dir)}. A folder is a host of this stack if all of these are true:`,
    evidence.join('\n'),
    table(['import', `default (${meta.host.import_style})`], imports),
  ].join('\n\n');
}
