// The keys of ai-modules.yaml, and how each bundled pack recognizes a host.
import { code, table } from './markdown.mjs';
import { bundledPacks, keyTable } from './packs.mjs';

export const hostParts = {
  'host-keys': () => keyTable('src/core/host/host-config.ts', 'export const HostConfigSchema'),
  stacks: async () => (await bundledPacks()).map(stackSection).join('\n\n') || 'No pack is bundled yet.',
};

function stackSection(meta) {
  const evidence = meta.host.detect.map((rule) => `- ${rule.evidence}`);
  const imports = Object.entries(meta.host.imports).map(([name, place]) => [code(name), code(place)]);
  return [
    `### ${code(meta.name)}`,
    `${meta.title}: ${meta.description.replace(/\.?$/, '.')} Modules live in ${code(meta.host.modules_dir)}. A folder is a host of this stack if all of these are true:`,
    evidence.join('\n'),
    ...(imports.length === 0 ? [] : [table(['import', `default (${meta.host.import_style})`], imports)]),
  ].join('\n\n');
}
