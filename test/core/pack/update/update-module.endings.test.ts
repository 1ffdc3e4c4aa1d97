import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestPath } from '../../../../src/core/lock/merge-base.ts';
import { manifestFromAnswers } from '../../../../src/core/manifest/answers.ts';
import { readManifest } from '../../../../src/core/manifest/parse.ts';
import type { Manifest } from '../../../../src/core/manifest/schema.ts';
import { contextOf } from '../../../../src/core/pack/context/context.ts';
import type { Pack } from '../../../../src/core/pack/pack.ts';
import { renderModule } from '../../../../src/core/pack/render-module.ts';
import { adoptModule } from '../../../../src/core/pack/update/adopt-module.ts';
import { summaryOf } from '../../../../src/core/pack/update/update-folder.ts';
import { updateModule } from '../../../../src/core/pack/update/update-module.ts';
import { isNoop, planChanges } from '../../../../src/core/tree/plan.ts';
import { type Tree, textFile } from '../../../../src/core/tree/tree.ts';
import { readPackFolder } from '../../../../src/io/pack/pack-folder.ts';
import { replacedIn, type Stack } from '../../../edited-module.ts';
import { convert, type EndingKind, endingKinds } from '../../../line-endings.ts';

describe.each<Stack>(['fastify', 'fastapi'])('a module of %s whose line endings were converted', (stack) => {
  let pack: Pack;
  let folder: Tree;
  const contextIn = async (tree: Tree) => {
    const { manifest } = await readManifest(String(tree.get(manifestPath)?.content));
    return contextOf(manifest as Manifest, pack.meta, pack.meta.host.imports);
  };
  const update = async (tree: Tree) =>
    updateModule(pack, await contextIn(tree), tree, 'notes', { conflicts: 'markers', restore: new Set() });

  beforeAll(async () => {
    pack = await readPackFolder(fileURLToPath(new URL(`../../../../templates/${stack}`, import.meta.url)), stack);
    const manifest = manifestFromAnswers(
      { name: 'notes', description: 'Keeps notes', emit: ['notes.indexed'] },
      { author: 'Ann', dependencies: [] },
    );
    folder = await renderModule(pack, contextOf(manifest, pack.meta, pack.meta.host.imports));
  });

  const conversions = fc.infiniteStream(fc.constantFrom(...endingKinds));
  const converted = (tree: Tree, kinds: Iterator<EndingKind>): Tree =>
    new Map(
      [...tree].map(([path, file]) => [
        path,
        { ...file, content: convert(String(file.content), kinds.next().value as EndingKind) },
      ]),
    );

  it('has nothing to update or to adopt, and no edited files, whichever files were converted', async () => {
    const want = summaryOf(await update(folder));
    await fc.assert(
      fc.asyncProperty(conversions, async (kinds) => {
        const there = converted(folder, kinds);
        const { tree, removed, ...summary } = await update(there);
        expect(summaryOf({ ...summary, tree, removed })).toEqual(want);
        expect(summary.baseDifferences()).toEqual([]);
        expect(isNoop(planChanges(there, tree, { remove: removed }))).toBe(true);
        const adopted = await adoptModule(pack, await contextIn(there), there);
        expect(adopted.different).toEqual([]);
        expect(isNoop(planChanges(there, adopted.tree))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('applies an edit of its manifest without conflicts, and a second update has nothing to do', async () => {
    const text = String(folder.get(manifestPath)?.content);
    const manifest = textFile(replacedIn(text, '  - "notes.indexed"', '  - "notes.indexed"\n  - "notes.zipped"'));
    const want = summaryOf(await update(new Map([...folder, [manifestPath, manifest]])));
    await fc.assert(
      fc.asyncProperty(conversions, async (kinds) => {
        const there = converted(new Map([...folder, [manifestPath, manifest]]), kinds);
        const first = await update(there);
        expect(summaryOf(first)).toEqual(want);
        const written = new Map(there);
        for (const change of planChanges(there, first.tree).changes)
          if (change.kind === 'update') written.set(change.path, change.after);
        expect(isNoop(planChanges(written, (await update(written)).tree))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
