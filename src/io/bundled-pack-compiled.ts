import { createRequire } from 'node:module';
import { buildPack } from '../core/pack/build-pack.ts';
import { runtimeEngine } from '../core/pack/engine-runtime.ts';
import type { Pack, Section } from '../core/pack/pack.ts';
import type { PackMeta } from '../core/pack/pack-meta.ts';
import type { RelPath } from '../core/text/rel-path.ts';
import type { Tree, TreeFile } from '../core/tree/tree.ts';

/** What the build writes for one section of a pack: copied files as they are, templates compiled. */
interface CompiledSection {
  readonly files: readonly (readonly [path: string, file: TreeFile])[];
  readonly specs: Readonly<Record<string, unknown>>;
}

const requireFile = createRequire(__filename);

export const bundledNames: readonly string[] = ['fastify'];

export async function bundledMeta(name: string): Promise<PackMeta> {
  return (requireFile('./packs/metas.cjs') as Record<string, PackMeta>)[name] as PackMeta;
}

export async function bundledPack(name: string, sections: readonly Section[]): Promise<Pack> {
  const parts = [...sections, 'partials'].map(
    (section) => requireFile(`./packs/${name}.${section}.cjs`) as CompiledSection,
  );
  const tree: Tree = new Map(parts.flatMap((part) => part.files) as [RelPath, TreeFile][]);
  const specs = Object.assign({}, ...parts.map((part) => part.specs)) as Record<string, unknown>;
  return buildPack(tree, name, runtimeEngine(specs), await bundledMeta(name));
}
