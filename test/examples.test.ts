import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importSpecifiers } from '../src/core/host/host.ts';
import { parseManifest } from '../src/core/manifest/parse.ts';
import { contextOf } from '../src/core/pack/context/context.ts';
import { renderModule } from '../src/core/pack/render-module.ts';
import { relPath } from '../src/core/tree/rel-path.ts';
import { sortedPaths } from '../src/core/tree/tree.ts';
import { readTree } from '../src/io/fs/read-tree.ts';
import { readPackFolder } from '../src/io/pack/pack-folder.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

interface Example {
  readonly stack: string;
  /** Files written by hand. */
  readonly written: readonly string[];
}

const examples = JSON.parse(readFileSync(at('examples/examples.json'), 'utf8')) as Record<string, Example>;

/** `npm run examples` renders them again. */
describe.each(Object.entries(examples))('examples/%s', (name, { stack, written }) => {
  it('is exactly what its pack renders, except for files written by hand', async () => {
    const pack = await readPackFolder(at(`templates/${stack}`), stack);
    const there = await readTree(at(`examples/${name}`));
    const manifest = await parseManifest(String(there.get(relPath('manifest.yaml'))?.content), 'manifest.yaml');
    if (!manifest.ok) throw new Error(JSON.stringify(manifest.diagnostics));
    const { meta } = pack;
    const host = {
      root: '/',
      stack,
      evidence: [],
      modulesDir: relPath(meta.host.modules_dir),
      imports: meta.host.imports,
    };
    const rendered = await renderModule(pack, contextOf(manifest.manifest, meta, importSpecifiers(host, meta, name)));

    expect(sortedPaths(there).filter((path) => !rendered.has(path) && !written.includes(path))).toEqual([]);
    for (const [path, file] of rendered) {
      if (!written.includes(path)) expect(there.get(path), path).toEqual(file);
    }
  });
});
