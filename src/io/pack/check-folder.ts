import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { PackProblem } from '../../core/pack/check/pack-problem.ts';
import { checkPackMeta, type PackMeta } from '../../core/pack/pack-meta.ts';
import { unknownRemovals } from '../../core/pack/source/extend.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { parseYaml, type YamlSource } from '../../core/yaml/exact.ts';
import { readText } from '../fs/read-file.ts';
import { readTree } from '../fs/read-tree.ts';
import { bundled } from './find-pack.ts';
import { packEntries } from './pack-entries.ts';
import { wholeTree } from './pack-folder.ts';

export interface CheckedPack {
  /** Absent if pack.yaml is invalid. */
  readonly meta: PackMeta | undefined;
  readonly files: number;
  readonly problems: readonly PackProblem[];
}

/** Checks the pack in a folder. Throws `pack-invalid` if the folder has no pack.yaml. */
export async function checkPackFolder(folder: string): Promise<CheckedPack> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory() || !existsSync(join(folder, 'pack.yaml')))
    throw new Failure('pack-invalid', { pack: folder, file: 'pack.yaml', reason: 'it is missing' });
  const source = await parseYaml(readText(join(folder, 'pack.yaml')));
  const [{ metaProblem }, { checkPack }, { checkFiles }] = await Promise.all([
    import('../../core/pack/check/check-meta.ts'),
    import('../../core/pack/check/check-pack.ts'),
    import('../../core/pack/check/check-files.ts'),
  ]);
  const entries = packEntries(folder);
  const { meta, problems } = await metaOf(source);
  if (meta === undefined) {
    const invalid = problems.map(({ path, at, message, hint = 'docs/packs.md lists the keys.' }) =>
      metaProblem(source, path, message, hint, 'pack-meta', at),
    );
    const syntax = source.problems.map(({ message, range, hint = 'Correct the YAML.' }): PackProblem => {
      return { rule: 'pack-meta', file: 'pack.yaml', ...range.start, message, hint };
    });
    return {
      meta,
      files: entries.length,
      problems: [...checkFiles(entries), ...(syntax.length > 0 ? syntax : invalid)],
    };
  }
  const own = await readTree(folder);
  const tree = await wholeTree(own, meta, bundled);
  const checked = await checkPack({ tree, entries, meta, source, own: new Set(entries.map(({ path }) => path)) });
  const missing = meta.base === undefined ? [] : unknownRemovals(await bundled.tree(meta.base.name), meta.removed);
  const removals = missing.map((path) => {
    const message = `${meta.base?.name} ${meta.base?.version} has no file ${path}`;
    return metaProblem(
      source,
      ['removed', meta.removed.indexOf(path)],
      message,
      'Correct the path, or remove the entry.',
    );
  });
  return { meta, files: entries.length, problems: [...checked, ...removals, ...packageProblems(own, meta)] };
}

async function metaOf(source: YamlSource): ReturnType<typeof checkPackMeta> {
  return source.problems.length > 0 ? { problems: [] } : checkPackMeta(source.value, bundled.meta);
}

/** package.json must have the version of the pack: users name the one, modules record the other. */
function packageProblems(tree: Tree, { version }: PackMeta): PackProblem[] {
  const content = [...tree].find(([path]) => path === 'package.json')?.[1].content;
  if (typeof content !== 'string') return [];
  const at = content.split('\n').findIndex((line) => line.includes('"version"'));
  const place = { file: 'package.json', ...(at === -1 ? {} : { line: at + 1 }) };
  const found = versionIn(content);
  if (found === undefined)
    return [
      { rule: 'pack-meta', ...place, message: 'it is not JSON with a version', hint: `Add "version": "${version}".` },
    ];
  if (found === version) return [];
  const message = `the package has the version ${found}, and pack.yaml ${version}`;
  return [{ rule: 'pack-meta', ...place, message, hint: 'Give both the same version.' }];
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
