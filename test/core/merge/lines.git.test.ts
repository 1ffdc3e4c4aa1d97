import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeLines } from '../../../src/core/merge/lines.ts';
import { draws, firstSeed } from '../../draws.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { randomTriples, type Triple } from './random-texts.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
if (!hasGit && process.env.CI === 'true') throw new Error('git is missing, which judges the merges');
if (!hasGit) process.stderr.write('skipped: git is missing, which judges the merges\n');

const labels = { base: 'base', theirs: 'theirs' };

/** Merges all triples with one run of `git merge`: three commits, one file per triple. */
function mergeWithGit(triples: readonly Triple[]): { text: string; isClean: boolean }[] {
  const cwd = tempFolder();
  const git = (args: string[], input = '') => {
    const options = { cwd, encoding: 'utf8', maxBuffer: 1e9, input } as const;
    const { status, stdout, stderr } = spawnSync(
      'git',
      ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args],
      options,
    );
    if (status !== 0 && args[0] !== 'merge') throw new Error(`git ${args[0]}: ${stderr}`);
    return stdout;
  };
  const commit = (side: keyof Triple) => {
    const files = triples.map((triple, at) => `M 100644 inline ${at}\ndata ${triple[side].length}\n${triple[side]}\n`);
    const parent = side === 'base' ? '' : 'from refs/heads/base\n';
    return `commit refs/heads/${side}\ncommitter x <x@x> 0 +0000\ndata 0\n${parent}${files.join('')}\n`;
  };
  git(['init', '--quiet']);
  git(['fast-import', '--quiet'], `${commit('base')}${commit('mine')}${commit('theirs')}`);
  git(['checkout', '--quiet', 'mine']);
  git(['merge', '--quiet', '-s', 'ort', '-X', 'no-renames', '-X', 'diff-algorithm=myers', 'theirs']);
  const unmerged = new Set(git(['diff', '--name-only', '--diff-filter=U']).split('\n'));
  return triples.map((_, at) => {
    if (!existsSync(join(cwd, String(at)))) throw new Error('git did not merge');
    return { text: readFileSync(join(cwd, String(at)), 'utf8'), isClean: !unmerged.has(String(at)) };
  });
}

const count = draws.merges;

describe.skipIf(!hasGit)(`merges ${count} random triples from seed ${firstSeed} like git`, () => {
  const triples = randomTriples(count);

  it('with the same outcome in 99.5 % of cases, and the same text in 99.9 % of clean merges', () => {
    const theirs = mergeWithGit(triples);
    const ours = triples.map(({ base, mine, theirs }) => mergeLines(base, mine, theirs, { labels }));
    const clean = theirs.filter(({ isClean }) => isClean).length;
    expect(clean).toBeGreaterThan(count / 10);
    expect(clean).toBeLessThan((count * 9) / 10);
    const same = ours.filter(({ kind }, at) => (kind === 'clean') === theirs[at]?.isClean).length;
    const different = ours.flatMap(({ kind, text }, at) =>
      kind === 'clean' && theirs[at]?.isClean && text !== theirs[at]?.text
        ? [{ ...triples[at], ours: text, git: theirs[at]?.text }]
        : [],
    );
    process.stdout.write(
      `same verdict as git: ${same} of ${count}; different text where both are clean: ${different.length}\n`,
    );
    expect(same / count).toBeGreaterThanOrEqual(0.995);
    // A line inserted among equal lines has several valid positions, and tools choose different ones.
    expect(different.length).toBeLessThanOrEqual(clean / 1000);
  });

  it('where `git merge` agrees with `git merge-file`', () => {
    const cwd = tempFolder();
    const sample = triples.slice(0, 50);
    const together = mergeWithGit(sample);
    for (const [at, triple] of sample.entries()) {
      for (const side of ['base', 'mine', 'theirs'] as const) writeFileSync(join(cwd, side), triple[side]);
      const { status, stdout } = spawnSync('git', ['merge-file', '-p', 'mine', 'base', 'theirs'], {
        cwd,
        encoding: 'utf8',
      });
      expect(status === 0).toBe(together[at]?.isClean);
      if (status === 0) expect(stdout).toBe(together[at]?.text);
    }
  });
});
