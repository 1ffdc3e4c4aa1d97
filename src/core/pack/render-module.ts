import { Failure } from '../failure.ts';
import { attributesPath, attributesText, lockPath, lockText, mergeBasePath } from '../lock/lock.ts';
import { manifestPath, mergeBaseText } from '../lock/merge-base.ts';
import { readManifest } from '../manifest/parse.ts';
import type { Manifest } from '../manifest/schema.ts';
import { canonicalJson } from '../text/json-text.ts';
import type { RelPath } from '../tree/rel-path.ts';
import { sortedPaths, type Tree, type TreeFile, textFile } from '../tree/tree.ts';
import { YamlError } from '../yaml/fast.ts';
import type { Context } from './context/context.ts';
import type { Pack } from './pack.ts';
import { filesWithPolicy, type Rendered, renderPack } from './render.ts';

/**
 * All files of a module, with the lock and merge base that `update` needs. Paths are relative to the module's folder.
 * Throws `pack-check-failed` if the rendered manifest differs from the manifest in the context.
 */
export async function renderModule(pack: Pack, context: Context): Promise<Tree> {
  const rendered = renderPack(pack, 'module', context);
  const { tree, sources } = rendered;
  await checkManifest(pack, rendered, context.manifest);
  const managed = filesWithPolicy(rendered, 'managed');
  const owned = sortedPaths(filesWithPolicy(rendered, 'owned', 'draft'));
  const own = [
    [attributesPath, textFile(attributesText)],
    [lockPath, textFile(lockText(pack.meta, { owned }))],
    [mergeBasePath, textFile(mergeBaseText(managed, tree.get(manifestPath)))],
  ] as [RelPath, TreeFile][];
  for (const [path] of own) {
    const file = sources.get(path)?.source;
    if (file)
      throw new Failure('pack-invalid', {
        pack: pack.meta.name,
        file,
        reason: `${path} is reserved: create-ai-module generates it`,
      });
  }
  return new Map([...tree, ...own]);
}

async function checkManifest(pack: Pack, { tree, sources }: Rendered, manifest: Manifest): Promise<void> {
  const path = manifestPath;
  const template = sources.get(path)?.source ?? 'module/manifest.yaml.hbs';
  const fault = (line: number, reason: string, cause?: unknown) =>
    new Failure('pack-check-failed', { pack: pack.meta.name, template, line, reason }, cause);
  const content = tree.get(path)?.content;
  if (typeof content !== 'string') throw fault(1, 'the pack renders no manifest.yaml');
  const read = await readManifest(content).catch((error: unknown) => {
    if (!(error instanceof YamlError)) throw error;
    throw fault(error.line, `the rendered manifest is not YAML: ${error.message}`, error);
  });
  const problem = read.problems[0];
  if (problem) throw fault(lineOf(content, problem.path), `the rendered manifest is invalid: ${problem.message}`);
  const different = firstDifference(read.manifest, manifest);
  if (different !== undefined)
    throw fault(
      lineOf(content, [different]),
      `the rendered manifest and the answers have different values for ${different}`,
    );
}

function firstDifference(rendered: Manifest | undefined, wanted: Manifest): string | undefined {
  const keys = Object.keys(wanted) as (keyof Manifest)[];
  return keys.find((key) => canonical(rendered?.[key]) !== canonical(wanted[key]));
}

/** Ignores the order of keys, and whether quantities are numbers or strings. */
function canonical(value: unknown): string | undefined {
  return canonicalJson(value, (key, inner) =>
    (key === 'cpu' || key === 'memory') && typeof inner === 'number' ? String(inner) : inner,
  );
}

/** The line of the key in the output, which is close to its line in the template. */
function lineOf(text: string, path: readonly (string | number)[]): number {
  const key = path.filter((part) => typeof part === 'string').at(-1);
  const index = text.split('\n').findIndex((line) => line.trimStart().startsWith(`${key}:`));
  return index === -1 ? 1 : index + 1;
}
