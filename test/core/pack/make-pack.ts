import { parse } from 'yaml';
import { compilerEngine } from '../../../src/core/pack/engine-compiler.ts';
import type { Pack } from '../../../src/core/pack/pack.ts';
import { buildPack } from '../../../src/core/pack/pack.ts';
import { PackMetaSchema } from '../../../src/core/pack/pack-meta.ts';
import type { RelPath } from '../../../src/core/tree/rel-path.ts';
import { type TreeFile, textFile } from '../../../src/core/tree/tree.ts';

export const packYaml = `name: tiny
version: 1.2.3
title: Tiny
description: A pack for tests
questions: [name]
host:
  detect: [{ file: tiny.json, contains: '"tiny"', evidence: tiny.json names tiny }]
  modules_dir: modules
  import_style: relative
  imports: { base_module: src/base.ts }
commands: { install: [], start: [], add: [npm, install], verify: [] }
`;

/** A pack from texts by path. `files` is the `files` block of pack.yaml, unless `pack.yaml` is given. */
export function makePack(texts: Readonly<Record<string, string | TreeFile>>, files = '[]'): Pack {
  const all = { 'pack.yaml': `${packYaml}files: ${files}\n`, ...texts };
  const tree = Object.entries(all).map(([path, given]): [RelPath, TreeFile] => [
    path as RelPath,
    typeof given === 'string' ? textFile(given) : given,
  ]);
  const meta = PackMetaSchema.parse(parse(String(new Map(tree).get('pack.yaml' as RelPath)?.content)));
  return buildPack(new Map(tree), meta, compilerEngine());
}
