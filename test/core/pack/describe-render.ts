import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as textOf } from 'mdast-util-to-string';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';
import { parse as load } from 'yaml';
import { readManifest } from '../../../src/core/manifest/parse.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { contextOf } from '../../../src/core/pack/context/context.ts';
import { renderModule } from '../../../src/core/pack/render-module.ts';
import { oneLine } from '../../../src/core/text/literals.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import type { Tree } from '../../../src/core/tree/tree.ts';
import { readPackFolder } from '../../../src/io/pack/pack-folder.ts';
import { draws, eachSeed } from '../../draws.ts';
import { randomManifest } from './random-manifest.ts';

const templates = fileURLToPath(new URL('../../../templates/', import.meta.url));
const standardModule = fileURLToPath(new URL('../../fixtures/manifests/mon_nouveau_module.yaml', import.meta.url));
/** Files that cannot be parsed, or have the wrong description. */
function problemsIn(tree: Tree, { description }: Manifest): string[] {
  return [...tree].flatMap(([path, { content }]) => {
    const text = String(content);
    if (path.endsWith('.ts')) return parseSync(path, text).errors.map((error) => `${path}: ${error.message}`);
    if (path === 'prompt.md')
      return text.includes(oneLine(description)) ? [] : [`${path}: the description is not as it was given`];
    if (path.endsWith('.md'))
      return markdownHolds(text, description) ? [] : [`${path}: the description is not as it was given`];
    if (/\.ya?ml$/.test(path)) return typeof load(text) === 'object' ? [] : [`${path}: not a mapping`];
    return [];
  });
}

/** Whether the description is one paragraph after the title, without Markdown syntax in it. */
function markdownHolds(text: string, description: string): boolean {
  const wanted = oneLine(description);
  const [title, paragraph] = fromMarkdown(text.slice(0, text.indexOf('\n## '))).children;
  if (title?.type !== 'heading') return false;
  return wanted === '' || (paragraph?.type === 'paragraph' && textOf(paragraph) === wanted);
}

/** Renders the module of a manifest in a bundled pack. */
export async function rendererOf(name: string): Promise<(manifest: Manifest) => Promise<Tree>> {
  const pack = await readPackFolder(`${templates}${name}`, name);
  return (manifest) => renderModule(pack, contextOf(manifest, pack.meta, pack.meta.host.imports));
}

/** The lines of a module that its author reads: its code without the tests. */
function linesOfCode(tree: Tree): number {
  const files = [...tree].filter(([path]) => /\.(ts|py)$/.test(path) && !path.startsWith('tests/'));
  return files.reduce((sum, [, { content }]) => sum + String(content).split('\n').length - 1, 0);
}

/** Tests rendering of a pack. Each pack has a test file, so that they run in parallel. */
export function describeRender(name: string, { mostLines }: { readonly mostLines: number }): void {
  it(`has at most ${mostLines} lines for the standard module`, async () => {
    const { manifest } = await readManifest(readFileSync(standardModule, 'utf8'));
    const tree = await (await rendererOf(name))(manifest as Manifest);
    expect(linesOfCode(tree)).toBeGreaterThan(100);
    expect(linesOfCode(tree)).toBeLessThanOrEqual(mostLines);
  });

  it(`parses and preserves texts for ${draws.renders} random manifests`, async () => {
    const render = await rendererOf(name);
    await eachSeed(draws.renders, async (seed) => {
      const manifest = randomManifest(seed);
      const tree = await render(manifest);
      const { manifest: written } = await readManifest(String(tree.get(relPath('manifest.yaml'))?.content));
      expect(problemsIn(tree, manifest)).toEqual([]);
      expect(written?.description).toBe(manifest.description);
    });
  });

  it.each(['Module', 'Job', 'Base', 'Process', 'Stats'])('defines no name that it imports: %sModule', async (stem) => {
    const render = await rendererOf(name);
    const given = { ...randomManifest(1), class_name: `${stem}Module` };
    for (const [path, { content }] of await render(given)) {
      if (!/\.(py|ts)$/.test(path)) continue;
      const text = String(content);
      const imports = text.match(/^(?:from|import) (?:[^({\n]*\([^)]*\)|[^{(\n]*\{[^}]*\}|[^\n]*)/gm)?.join('\n') ?? '';
      const imported = imports.replace(/\b\w+ as /g, '');
      const classes = [...text.matchAll(/^(?:export )?class (\w+)/gm)].map(([, defined]) => defined);
      for (const defined of classes) expect(`${path}: ${imported}`).not.toMatch(new RegExp(`\\b${defined}\\b`));
    }
  });

  it('does not depend on the order of keys in the manifest', async () => {
    const render = await rendererOf(name);
    await eachSeed(draws.keyOrders, async (seed) => {
      const manifest = randomManifest(seed);
      const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as Manifest;
      expect(await render(reversed)).toEqual(await render(manifest));
    });
  });
}
