import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildPack } from '../core/pack/build-pack.ts';
import { runtimeEngine } from '../core/pack/engine-runtime.ts';
import type { Pack, Section } from '../core/pack/pack.ts';
import type { PackMeta } from '../core/pack/pack-meta.ts';
import type { RelPath } from '../core/text/rel-path.ts';
import type { TreeFile } from '../core/tree/tree.ts';

type Entries = readonly (readonly [path: RelPath, file: TreeFile])[];

/** What the build writes for one section of a pack: copied files as they are, templates compiled. */
interface CompiledSection {
  readonly files: Entries;
  readonly specs: Readonly<Record<string, unknown>>;
}

const requireFile = createRequire(__filename);

export const bundledNames: readonly string[] = ['fastapi', 'fastify'];

export async function bundledMeta(name: string): Promise<PackMeta> {
  return (requireFile('./packs/metas.cjs') as Record<string, PackMeta>)[name] as PackMeta;
}

/** What `new` renders is compiled; a host is rendered once, from the whole pack as one compressed file. */
export async function bundledPack(name: string, sections: readonly Section[]): Promise<Pack> {
  const meta = await bundledMeta(name);
  return sections.includes('host') ? wholePack(name, meta) : compiledPack(name, meta, sections);
}

function compiledPack(name: string, meta: PackMeta, sections: readonly Section[]): Pack {
  const parts = [...sections, 'partials'].map(
    (section) => requireFile(`./packs/${name}.${section}.cjs`) as CompiledSection,
  );
  const specs = Object.assign({}, ...parts.map((part) => part.specs)) as Record<string, unknown>;
  return buildPack(new Map(parts.flatMap((part) => part.files)), name, runtimeEngine(specs), meta);
}

async function wholePack(name: string, meta: PackMeta): Promise<Pack> {
  const [bytes, { compilerEngine }, { brotliDecompressSync }] = await Promise.all([
    readFile(join(__dirname, `packs/${name}.br`)),
    import('../core/pack/engine-compiler.ts'),
    import('node:zlib'),
  ]);
  const entries = JSON.parse(brotliDecompressSync(bytes).toString('utf8')) as Entries;
  return buildPack(new Map(entries), name, compilerEngine(), meta);
}
