import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack, Section } from '../../core/pack/pack.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import type { Tree, TreeFile } from '../../core/tree/tree.ts';

type Entries = readonly (readonly [path: RelPath, file: TreeFile])[];

/** One section of a pack, as the build writes it: static files unchanged, templates compiled. */
interface CompiledSection {
  readonly files: Entries;
  readonly specs: Readonly<Record<string, unknown>>;
}

export const runtimesFolder = join(__dirname, 'runtimes');

export const bundledNames: readonly string[] = ['fastapi', 'fastify'];

export async function bundledMeta(name: string): Promise<PackMeta> {
  return (module.require('./packs/metas.cjs') as Record<string, PackMeta>)[name] as PackMeta;
}

/** Sections that `new` renders are compiled. Files of a host are rendered once, from the whole pack in one compressed file. */
export async function bundledPack(name: string, sections: readonly Section[]): Promise<Pack> {
  const meta = await bundledMeta(name);
  return sections.some((section) => section === 'host' || section === 'attach')
    ? wholePack(name, meta)
    : compiledPack(name, meta, sections);
}

async function compiledPack(name: string, meta: PackMeta, sections: readonly Section[]): Promise<Pack> {
  const [{ buildPack }, { runtimeEngine }] = await Promise.all([
    import('../../core/pack/pack.ts'),
    import('../../core/pack/engine-runtime.ts'),
  ]);
  const parts = [...sections, 'partials'].map(
    (section) => module.require(`./packs/${name}.${section}.cjs`) as CompiledSection,
  );
  const specs = Object.assign({}, ...parts.map((part) => part.specs)) as Record<string, unknown>;
  return buildPack(new Map(parts.flatMap((part) => part.files)), meta, runtimeEngine(specs));
}

async function wholePack(name: string, meta: PackMeta): Promise<Pack> {
  const [{ buildPack }, { compilerEngine }, tree] = await Promise.all([
    import('../../core/pack/pack.ts'),
    import('../../core/pack/engine-compiler.ts'),
    bundledTree(name),
  ]);
  return buildPack(tree, meta, compilerEngine());
}

/** The files of a bundled pack as its author wrote them. */
export async function bundledTree(name: string): Promise<Tree> {
  const { brotliDecompressSync } = await import('node:zlib');
  const file = readFileSync(join(__dirname, `packs/${name}.br`));
  return new Map(JSON.parse(brotliDecompressSync(file).toString('utf8')) as Entries);
}
