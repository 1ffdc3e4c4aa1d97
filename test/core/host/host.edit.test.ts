import { describe, expect, it } from 'vitest';
import { insertAtMarker, removeAboveMarker } from '../../../src/core/host/host.ts';

const mark = '# create-ai-module:insert';

const cases: [name: string, text: string, lines: string[], want: string][] = [
  ['above the marker', `A=1\n${mark}\nB=2\n`, ['X='], `A=1\nX=\n${mark}\nB=2\n`],
  ['in their order', `${mark}\n`, ['X=', 'Y='], `X=\nY=\n${mark}\n`],
  [
    'with its indentation',
    `  a: [\n    // create-ai-module:insert\n`,
    ['x,'],
    `  a: [\n    x,\n    // create-ai-module:insert\n`,
  ],
  ['with its tabs', `\t${mark}\n`, ['X'], `\tX\n\t${mark}\n`],
  ['with its line endings', `A\r\n${mark}\r\nB\r\n`, ['X'], `A\r\nX\r\n${mark}\r\nB\r\n`],
  ['where the marker ends the file', `A\n${mark}`, ['X'], `A\nX\n${mark}`],
  ['behind a byte order mark', `\ufeff${mark}\n`, ['X'], `\ufeffX\n${mark}\n`],
  ['where the marker comes behind text', `list = [] ${mark}\n`, ['X'], `X\nlist = [] ${mark}\n`],
  ['above the first of two markers', `${mark}\nA\n${mark}\n`, ['X'], `X\n${mark}\nA\n${mark}\n`],
  ['only what is missing', `X=\n${mark}\n`, ['X=', 'Y='], `X=\nY=\n${mark}\n`],
  ['what is there only as a part of a line', `X=1\n${mark}\n`, ['X='], `X=1\nX=\n${mark}\n`],
  ['a line once that is given twice', `${mark}\n`, ['X', 'X', ' X '], `X\n${mark}\n`.replace('X', ' X ')],
];
it.each(cases)('inserts %s', (_, text, lines, want) => {
  expect(insertAtMarker(text, lines)).toEqual({ kind: 'edited', text: want });
  expect(insertAtMarker(want, lines)).toEqual({ kind: 'unchanged' });
});

describe('does not change', () => {
  const same: [name: string, text: string, lines: string[]][] = [
    ['where there is nothing to insert', `${mark}\n`, []],
    ['for blank lines', `${mark}\n`, ['', '  ']],
    ['where every line is there', `X=\n${mark}\n`, ['X=']],
    ['where every line is there with another indentation', `    X=\r\n${mark}\n`, ['X=']],
    ['where every line is there, and no marker', 'X=\n', ['X=']],
  ];
  it.each(same)('%s', (_, text, lines) => expect(insertAtMarker(text, lines)).toEqual({ kind: 'unchanged' }));
});

const removals: [name: string, text: string, lines: string[], want: string][] = [
  ['one of several', `A\nX\nY\n${mark}\nB\n`, ['X'], `A\nY\n${mark}\nB\n`],
  ['with an indentation and other endings', `  X\r\n  ${mark}\r\n`, ['X'], `  ${mark}\r\n`],
  ['nothing that was changed', `X1\n${mark}\n`, ['X'], `X1\n${mark}\n`],
  ['nothing beyond a blank line', `X\n\nY\n${mark}\n`, ['X', 'Y'], `X\n\n${mark}\n`],
  ['nothing below the marker', `${mark}\nX\n`, ['X'], `${mark}\nX\n`],
  ['nothing where there is no marker', 'X\n', ['X'], 'X\n'],
];
it.each(removals)('removes %s', (_, text, lines, want) => expect(removeAboveMarker(text, new Set(lines))).toBe(want));

it('reports a missing marker', () => {
  expect(insertAtMarker('A\n', ['X'])).toEqual({ kind: 'no-marker' });
  expect(insertAtMarker('', ['X'])).toEqual({ kind: 'no-marker' });
});
