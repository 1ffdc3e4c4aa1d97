import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type MergedTrees, type MergeTreesOptions, mergeTrees } from '../../../src/core/merge/trees.ts';
import { type RelPath, relPath } from '../../../src/core/tree/rel-path.ts';
import { sameTree, type Tree, textFile } from '../../../src/core/tree/tree.ts';
import { convert, type EndingKind, endingKinds } from '../../line-endings.ts';

const options = (conflicts: MergeTreesOptions['conflicts']): MergeTreesOptions => ({
  labels: { base: 'base', theirs: 'theirs' },
  conflicts,
  policies: new Map([[relPath('c.json'), 'generated']]),
  renames: [{ from: relPath('a.ts'), to: relPath('moved.ts') }],
  records: { deleted: [], detached: [], moved: [], owned: [] },
  restore: new Set(),
});

const paths = ['a.ts', 'b.py', 'c.json', 'd.md', 'moved.ts'].map((path) => relPath(path));
const line = fc.constantFrom('', '}', "f('x')", 'f("x")', '  f("x")', 'g(', '  1,', ')', 'a = 1', '# a');
const text = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.boolean())
  .map(([lines, isOpen]) => lines.join('\n') + (isOpen ? '' : '\n'));
const tree = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...paths), text), { selector: ([path]) => path })
  .map((files): Tree => new Map(files.map(([path, content]) => [path, textFile(content)])));
const kinds = fc.array(fc.constantFrom(...endingKinds), { minLength: paths.length, maxLength: paths.length });

const converted = (files: Tree, chosen: readonly EndingKind[]): Tree =>
  new Map(
    [...files].map(([path, { content }]) => [
      path,
      textFile(convert(content as string, chosen[paths.indexOf(path)] as EndingKind)),
    ]),
  );

/** Decisions and conflicts, without contents. */
const verdictOf = ({ decisions, conflicts, removed, records }: MergedTrees) => ({
  decisions: decisions.map(({ path, from, state, reason }) => ({ path, from, state, reason })),
  conflicts: conflicts.map(({ regions: _, sides: __, ...conflict }) => conflict),
  removed: [...removed],
  records,
});

it('line endings of any file, on any side, do not change decisions and texts', () => {
  fc.assert(
    fc.property(
      fc.tuple(tree, tree, tree),
      fc.tuple(kinds, kinds, kinds),
      fc.constantFrom('markers', 'ours', 'theirs', 'sidecar'),
      (sides, chosen, conflicts) => {
        const others = sides.map((side, at) => converted(side, chosen[at] as EndingKind[])) as [Tree, Tree, Tree];
        const [plain, other] = [mergeTrees(...sides, options(conflicts)), mergeTrees(...others, options(conflicts))];
        expect(verdictOf(other)).toEqual(verdictOf(plain));
        expect(sameTree(other.tree, plain.tree)).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

it('unchanged files stay byte for byte; changed files keep their Windows endings', () => {
  fc.assert(
    fc.property(fc.tuple(tree, tree, tree), kinds, ([base, plain, theirs], chosen) => {
      const mine = converted(plain, chosen);
      for (const { path, from, after, state } of mergeTrees(base, mine, theirs, options('ours')).decisions) {
        const there = mine.get((from ?? path) as RelPath);
        if (there && ['clean', 'edited', 'detached'].includes(state)) expect(after?.content).toBe(there.content);
        if (String(there?.content).includes('\r\n') && convert(String(there?.content), 'Windows') === there?.content)
          expect(after?.content ?? '').toBe(convert(String(after?.content ?? ''), 'Windows'));
      }
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['unchanged lines keep their endings', 'a\r\nb\r\nc\nd\r\n', 'a\r\nB\r\nc\nd\r\n'],
  ['a carriage return in the text is kept', 'a\nb\nc\nd\r\n', 'a\nB\nc\nd\r\n'],
])('in an unedited file, %s', (_, mine, want) => {
  const of = (content: string): Tree => new Map([[relPath('d.md'), textFile(content)]]);
  const { tree: merged, decisions } = mergeTrees(of('a\nb\nc\nd\n'), of(mine), of('a\nB\nc\nd\n'), options('markers'));
  expect(decisions.map(({ state }) => state)).toEqual(['outdated']);
  expect(merged).toEqual(of(want));
});
