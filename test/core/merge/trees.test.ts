import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { type FileRecords, type MergeTreesOptions, mergeTrees } from '../../../src/core/merge/trees.ts';
import type { RelPath } from '../../../src/core/tree/rel-path.ts';
import { sameTree, type Tree, textFile } from '../../../src/core/tree/tree.ts';
import { readTree } from '../../../src/io/fs/read-tree.ts';
import { assertProperty, draws } from '../../draws.ts';
import { randomTriples } from './random-texts.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/update', import.meta.url));
const cases = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const nothing: FileRecords = { deleted: [], detached: [], moved: [], owned: [] };
const plain: MergeTreesOptions = {
  labels: { base: 'base mini@1.2.0', theirs: 'mini@1.3.0' },
  conflicts: 'markers',
  policies: new Map(),
  renames: [],
  records: nothing,
  restore: new Set(),
};

/** The options of a case. */
function optionsOf(folder: string): MergeTreesOptions {
  const file = join(folder, 'options.yaml');
  const given = (existsSync(file) ? readYaml(readFileSync(file, 'utf8')) : {}) as Record<string, never>;
  const { policies = {}, records = {}, restore = [], repeat: _, ...rest } = given;
  return {
    ...plain,
    ...(rest as Partial<MergeTreesOptions>),
    policies: new Map(Object.entries(policies) as [RelPath, 'managed' | 'draft' | 'owned' | 'generated'][]),
    records: { ...nothing, ...(records as Partial<FileRecords>) },
    restore: new Set(restore as string[]),
  };
}

/** A tree of a case. `repeat: { line: times }` repeats a line. */
async function treeOf(folder: string, part: string): Promise<Tree> {
  const tree = await readTree(join(folder, part));
  const file = join(folder, 'options.yaml');
  const { repeat = {} } = (existsSync(file) ? readYaml(readFileSync(file, 'utf8')) : {}) as {
    repeat?: Record<string, number>;
  };
  const stretch = (text: string) =>
    Object.entries(repeat).reduce((all, [line, times]) => all.replaceAll(`${line}\n`, `${line}\n`.repeat(times)), text);
  return new Map(
    [...tree].map(([path, { content, mode }]) => [
      path,
      { content: typeof content === 'string' ? stretch(content) : content, mode },
    ]),
  );
}

const show = (tree: Tree) =>
  Object.fromEntries(
    [...tree].map(([path, { content, mode }]) => [
      path,
      { mode, content: Buffer.from(content as string).toString('latin1') },
    ]),
  );

describe('each case of test/fixtures/update', () => {
  it.each(cases.map(({ name }) => name))('%s', async (name) => {
    const folder = join(fixtures, name);
    const [base, mine, theirs, expected] = (await Promise.all(
      ['base', 'mine', 'theirs', 'expected'].map((part) => treeOf(folder, part)),
    )) as [Tree, Tree, Tree, Tree];
    const options = optionsOf(folder);
    const merged = mergeTrees(base, mine, theirs, options);
    expect(show(merged.tree)).toEqual(show(expected));
    expect(merged.conflicts.length > 0 ? 1 : 0).toBe(Number(readFileSync(join(folder, 'exit'), 'utf8')));
    expect([...merged.removed].sort()).toEqual([...mine.keys()].filter((path) => !expected.has(path)).sort());

    const backwards = (tree: Tree): Tree => new Map([...tree].reverse());
    expect(mergeTrees(backwards(base), backwards(mine), backwards(theirs), options)).toEqual({
      ...merged,
      tree: expect.anything(),
    });

    // The new render is the next base: a second run has nothing to do, unless a file has unresolved conflicts.
    const managed = new Map([...theirs].filter(([path]) => (options.policies.get(path) ?? 'managed') === 'managed'));
    const again = mergeTrees(managed, merged.tree, theirs, {
      ...options,
      restore: new Set(),
      records: merged.records,
    });
    expect(show(again.tree)).toEqual(show(merged.tree));
    expect(again.conflicts.filter(({ kind }) => kind !== 'unresolved')).toEqual([]);
  });
});

describe('a formatted file', () => {
  /** The lines of a file before which an insertion by the user conflicts. */
  function conflictsIn(path: RelPath, base: string, mine: string, theirs: string): number {
    const lines = mine.split('\n');
    const own = path.endsWith('.py') ? '# mine' : '// mine';
    const edited = lines.slice(1).map((line, at) => [...lines.slice(0, at + 1), own, line, ...lines.slice(at + 2)]);
    const merges = edited.map((text) => {
      const trees = [base, text.join('\n'), theirs].map((one): Tree => new Map([[path, textFile(one)]]));
      return mergeTrees(...(trees as [Tree, Tree, Tree]), plain);
    });
    for (const { tree } of merges) expect(tree.get(path)?.content).toContain(`${own}\n`);
    return merges.filter(({ conflicts }) => conflicts.length > 0).length;
  }

  it.each(['biome', 'prettier', 'ruff', 'black'])(
    '%s: an edit conflicts only where it would without formatting',
    async (name) => {
      const [base, mine, theirs] = (await Promise.all(
        ['base', 'mine', 'theirs'].map((part) => readTree(join(fixtures, `formatted-by-${name}`, part))),
      )) as [Tree, Tree, Tree];
      for (const [path, { content }] of mine) {
        const [before, after] = [base, theirs].map((tree) => String(tree.get(path)?.content)) as [string, string];
        const formatted = conflictsIn(path, before, String(content), after);
        expect(`${path} ${formatted <= conflictsIn(path, before, before, after)}`).toBe(`${path} true`);
      }
    },
  );
});

describe('decisions', () => {
  const tree = (files: Record<string, string>): Tree =>
    new Map(Object.entries(files).map(([path, text]) => [path as RelPath, textFile(text)]));
  const states = (base: Record<string, string>, mine: Record<string, string>, theirs: Record<string, string>) =>
    Object.fromEntries(
      mergeTrees(tree(base), tree(mine), tree(theirs), plain).decisions.map(({ path, state }) => [path, state]),
    );

  it('give the state of each file and the reason', () => {
    expect(
      states(
        {
          clean: 'a\n',
          edited: 'a\n',
          outdated: 'a\n',
          both: 'a\nb\nc\n',
          deleted: 'a\n',
          detached: 'a\n',
          conflict: 'a\n',
        },
        {
          clean: 'a\n',
          edited: 'b\n',
          outdated: 'a\n',
          both: 'A\nb\nc\n',
          detached: 'b\n',
          conflict: 'b\n',
          other: 'x\n',
        },
        {
          clean: 'a\n',
          edited: 'a\n',
          outdated: 'b\n',
          both: 'a\nb\nC\n',
          deleted: 'a\n',
          conflict: 'c\n',
          new: 'n\n',
        },
      ),
    ).toEqual({
      both: 'both',
      clean: 'clean',
      conflict: 'conflict',
      deleted: 'deleted',
      detached: 'detached',
      edited: 'edited',
      new: 'outdated',
      outdated: 'outdated',
    });
  });

  it('record deleted, detached and moved files, and drop restored ones', () => {
    const text = '1\n2\n3\n4\n';
    const merged = mergeTrees(
      tree({ gone: 'a\n', kept: 'a\n', here: text }),
      tree({ kept: 'b\n', there: text, back: 'x\n' }),
      tree({ gone: 'b\n', here: text, back: 'x\n' }),
      { ...plain, records: { ...nothing, deleted: ['back' as RelPath] } },
    );
    expect(merged.records).toEqual({
      deleted: ['gone'],
      detached: ['kept'],
      moved: [{ from: 'here', to: 'there' }],
      owned: [],
    });
  });

  it('keep a detached file while the pack does not have it', () => {
    const records = { ...nothing, detached: ['kept' as RelPath] };
    expect(mergeTrees(tree({}), tree({ kept: 'mine\n' }), tree({}), { ...plain, records }).records).toEqual(records);
  });

  it('give file, line and kind of a conflict', () => {
    const { conflicts } = mergeTrees(tree({ f: 'a\nb\n' }), tree({ f: 'a\nx\n' }), tree({ f: 'a\ny\n' }), plain);
    expect(conflicts).toMatchObject([{ path: 'f', kind: 'edit/edit', lines: [2] }]);
  });
});

describe('for any three trees', () => {
  const texts = fc.constantFrom(
    ...randomTriples(12, 5).flatMap(({ base, mine, theirs }) => [base, mine, theirs]),
    '',
    'a\n',
  );
  const trees = fc
    .dictionary(fc.constantFrom('a', 'b', 'c/d', 'e'), texts, { maxKeys: 4 })
    .map((files): Tree => new Map(Object.entries(files).map(([path, text]) => [path as RelPath, textFile(text)])));
  const styles = fc.constantFrom('markers' as const, 'sidecar' as const);
  const linesOf = (tree: Tree) => [...tree.values()].flatMap(({ content }) => String(content).split('\n'));

  it('no added line of mine is lost', async () => {
    await assertProperty(
      draws.properties,
      fc.property(trees, trees, trees, styles, (base, mine, theirs, conflicts) => {
        const known = new Set([...linesOf(base), ...linesOf(theirs)]);
        const kept = new Set(linesOf(mergeTrees(base, mine, theirs, { ...plain, conflicts }).tree));
        expect(linesOf(mine).filter((line) => !known.has(line) && !kept.has(line))).toEqual([]);
      }),
    );
  });

  it('a second run changes nothing if there are no conflicts', async () => {
    await assertProperty(
      draws.properties,
      fc.property(trees, trees, trees, styles, (base, mine, theirs, conflicts) => {
        const first = mergeTrees(base, mine, theirs, { ...plain, conflicts });
        fc.pre(first.conflicts.every(({ kind }) => kind !== 'edit/edit' || conflicts === 'sidecar'));
        const second = mergeTrees(theirs, first.tree, theirs, { ...plain, conflicts, records: first.records });
        expect(show(second.tree)).toEqual(show(first.tree));
        expect(second.conflicts).toEqual([]);
      }),
    );
  });

  it('the order of files makes no difference', async () => {
    const backwards = (tree: Tree): Tree => new Map([...tree].reverse());
    const outcome = (base: Tree, mine: Tree, theirs: Tree) => {
      const { tree, removed, ...rest } = mergeTrees(base, mine, theirs, plain);
      return { ...rest, tree: show(tree), removed: [...removed].sort() };
    };
    await assertProperty(
      draws.properties,
      fc.property(trees, trees, trees, (base, mine, theirs) => {
        const forwards = outcome(base, mine, theirs);
        expect(outcome(backwards(base), backwards(mine), backwards(theirs))).toEqual(forwards);
      }),
    );
  });

  it(`the same result for ${draws.merges} files in any order, and a second run has nothing to do`, () => {
    const triples = randomTriples(draws.merges);
    const side = (name: 'base' | 'mine' | 'theirs'): Tree =>
      new Map(triples.map((triple, at) => [`${at}.ts` as RelPath, textFile(triple[name])]));
    const [base, mine, theirs] = [side('base'), side('mine'), side('theirs')];
    const options = { ...plain, conflicts: 'sidecar' } as const;
    const { tree, ...rest } = mergeTrees(base, mine, theirs, options);
    const backwards = (given: Tree): Tree => new Map([...given].reverse());
    const { tree: other, ...same } = mergeTrees(backwards(base), backwards(mine), backwards(theirs), options);
    expect(sameTree(tree, other)).toBe(true);
    expect(isDeepStrictEqual(same, rest)).toBe(true);
    const again = mergeTrees(theirs, tree, theirs, { ...options, records: rest.records });
    expect([again.conflicts, again.removed.size, sameTree(again.tree, tree)]).toEqual([[], 0, true]);
  });

  it('unedited files become the new render', async () => {
    await assertProperty(
      draws.properties,
      fc.property(trees, trees, (base, theirs) => {
        const { tree, conflicts } = mergeTrees(base, base, theirs, plain);
        expect(show(tree)).toEqual(show(theirs));
        expect(conflicts).toEqual([]);
      }),
    );
  });
});
