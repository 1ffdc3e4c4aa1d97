import { expect, it } from 'vitest';
import {
  bracketed,
  broken,
  choice,
  type Doc,
  fill,
  group,
  hardLine,
  indent,
  keptGroup,
  line,
  printDoc,
  softLine,
  widthOf,
} from '../../../src/core/text/layout.ts';

const long = 'x'.repeat(60);
const object = (items: readonly Doc[]): Doc => keptGroup(['{', indent([line, ...items]), line, '}']);
const kept = object([long, long]);

it.each<[string, Doc, string]>([
  ['keeps what fits on one line', ['f', bracketed('(', ['a', 'b'], ')')], 'f(a, b)'],
  ['breaks all lines of a group', ['f', bracketed('(', [long, long], ')')], `f(\n  ${long},\n  ${long},\n)`],
  [
    'breaks an outer group first',
    bracketed('[', [bracketed('[', [long], ']'), long], ']'),
    `[\n  [${long}],\n  ${long},\n]`,
  ],
  ['prints empty brackets', bracketed('[', [], ']'), '[]'],
  [
    'counts what follows the group',
    [group(['[', softLine, 'a', softLine, ']']), 'y'.repeat(118)],
    `[\na\n]${'y'.repeat(118)}`,
  ],
  ['breaks a group with a hard line', group(['a', line, 'b', hardLine, 'c']), 'a\nb\nc'],
  ['chooses the first that fits', choice(long, 'b'), long],
  ['chooses the second otherwise', choice([long, long, long], 'b'), 'b'],
  ['accepts a part that is broken anyway', choice(['a', broken(group(['(', line, ')']))], 'b'), 'a(\n)'],
  ['refuses a break in an early part', choice('a', 'b', hardLine), 'b'],
  ['fills lines', group(fill([[long, ','], line, [long, ','], line, 'z'])), `${long},\n${long}, z`],
  ['keeps a broken object broken', choice(['a', kept], ['a', hardLine, kept]), `a{\n  ${long}${long}\n}`],
  ['counts two columns for wide characters', group(['家'.repeat(60), line, 'a']), `${'家'.repeat(60)}\na`],
])('%s', (_, doc, text) => expect(printDoc(doc, 2)).toBe(text));

it.each([
  ['a', 1],
  ['é', 1],
  ['e\u0301', 1],
  ['家', 2],
  ['✨', 2],
  ['🇫🇷', 2],
  ['🏳️‍🌈', 3],
  ['👩‍👩‍👧‍👦', 8],
])('%s has as many columns as in Biome and ruff', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});
