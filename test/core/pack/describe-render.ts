import { fileURLToPath } from 'node:url';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as textOf } from 'mdast-util-to-string';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';
import { parse as load } from 'yaml';
import { readManifest } from '../../../src/core/manifest/parse.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { contextOf } from '../../../src/core/pack/context.ts';
import { renderModule } from '../../../src/core/pack/render-module.ts';
import { oneLine } from '../../../src/core/text/literals.ts';
import { relPath } from '../../../src/core/text/rel-path.ts';
import type { Tree } from '../../../src/core/tree/tree.ts';
import { readPackFolder } from '../../../src/io/pack-folder.ts';
import { randomManifest } from './random-manifest.ts';

const templates = fileURLToPath(new URL('../../../templates/', import.meta.url));
const runs = 10_000;

/** As many manifests that the tool accepts, and the seed of each. */
export function* acceptedManifests(count = runs): Generator<readonly [seed: number, manifest: Manifest]> {
  for (let seed = 1, found = 0; found < count; seed += 1) {
    if (seed > 3 * count) throw new Error('too few of the random manifests are accepted');
    const manifest = randomManifest(seed * 7919);
    if (manifest === undefined) continue;
    found += 1;
    yield [seed, manifest];
  }
}

/** What cannot be parsed, or does not say what it should. */
function faultsOf(tree: Tree, { description }: Manifest): string[] {
  return [...tree].flatMap(([path, { content }]) => {
    const text = String(content);
    if (path.endsWith('.ts')) return parseSync(path, text).errors.map((error) => `${path}: ${error.message}`);
    if (path.endsWith('.md'))
      return markdownHolds(text, description) ? [] : [`${path}: the description is not as it was given`];
    if (/\.ya?ml$/.test(path)) return typeof load(text) === 'object' ? [] : [`${path}: not a mapping`];
    return [];
  });
}

/** The description is one paragraph after the title: no heading, list or link came of it. */
function markdownHolds(text: string, description: string): boolean {
  const wanted = oneLine(description);
  const [title, paragraph] = fromMarkdown(text.slice(0, text.indexOf('\n## '))).children;
  if (title?.type !== 'heading') return false;
  return wanted === '' || (paragraph?.type === 'paragraph' && textOf(paragraph) === wanted);
}

/** The modules that a pack makes of manifests, one after the other. */
export async function modulesOf(name: string, manifests: ReturnType<typeof acceptedManifests>) {
  const pack = await readPackFolder(`${templates}${name}`, name);
  return (async function* () {
    for (const [, manifest] of manifests)
      yield await renderModule(pack, contextOf(manifest, pack.meta, pack.meta.host.imports));
  })();
}

/** What any manifest becomes in a pack; a file for each pack, so that they are tested side by side. */
export function describeRender(name: string): void {
  it(`parses, and keeps every word, for ${runs} manifests of any kind`, { timeout: 600_000 }, async () => {
    const pack = await readPackFolder(`${templates}${name}`, name);
    for (const [seed, manifest] of acceptedManifests()) {
      const tree = await renderModule(pack, contextOf(manifest, pack.meta, pack.meta.host.imports));
      const { manifest: written } = await readManifest(String(tree.get(relPath('manifest.yaml'))?.content));
      const faults = faultsOf(tree, manifest);
      if (faults.length > 0 || written?.description !== manifest.description) {
        expect({ seed, faults, description: written?.description }).toEqual({
          seed,
          faults: [],
          description: manifest.description,
        });
      }
    }
  });

  it.each(['Module', 'Job', 'Base', 'Process', 'Stats'])('defines nothing that it imports: %sModule', async (stem) => {
    const pack = await readPackFolder(`${templates}${name}`, name);
    const [[, manifest]] = [...acceptedManifests(1)] as [readonly [number, Manifest]];
    const given = { ...manifest, class_name: `${stem}Module` };
    for (const [path, { content }] of await renderModule(pack, contextOf(given, pack.meta, pack.meta.host.imports))) {
      if (!/\.(py|ts)$/.test(path)) continue;
      const text = String(content);
      const imports = text.match(/^(?:from|import) (?:[^({\n]*\([^)]*\)|[^{(\n]*\{[^}]*\}|[^\n]*)/gm)?.join('\n') ?? '';
      const classes = [...text.matchAll(/^(?:export )?class (\w+)/gm)].map(([, defined]) => defined);
      for (const defined of classes) expect(`${path}: ${imports}`).not.toMatch(new RegExp(`\\b${defined}\\b`));
    }
  });

  it('is the same whatever the order of keys in the manifest', async () => {
    const pack = await readPackFolder(`${templates}${name}`, name);
    const { imports } = pack.meta.host;
    for (let seed = 1; seed < 200; seed += 1) {
      const manifest = randomManifest(seed);
      if (manifest === undefined) continue;
      const turned = Object.fromEntries(Object.entries(manifest).reverse()) as Manifest;
      expect(await renderModule(pack, contextOf(turned, pack.meta, imports))).toEqual(
        await renderModule(pack, contextOf(manifest, pack.meta, imports)),
      );
    }
  });
}
