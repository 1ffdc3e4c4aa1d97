import { describe, expect, it } from 'vitest';
import { mergeLines } from '../../../src/core/merge/lines.ts';
import { pickSide, readMarkers, unresolvedLines } from '../../../src/core/merge/markers.ts';

const labels = { base: 'base mini@1.2.0', theirs: 'mini@1.3.0' };
const merge = (base: string, mine: string, theirs: string) => mergeLines(base, mine, theirs, { labels });
const marked = (mine: string, base: string, theirs: string, eol = '\n') =>
  [
    `<<<<<<< yours${eol}`,
    mine,
    `||||||| ${labels.base}${eol}`,
    base,
    `=======${eol}`,
    theirs,
    `>>>>>>> ${labels.theirs}${eol}`,
  ].join('');

const clean: [name: string, base: string, mine: string, theirs: string, want: string][] = [
  ['no changes', 'a\n', 'a\n', 'a\n', 'a\n'],
  ['changed by mine only', 'a\n', 'b\n', 'a\n', 'b\n'],
  ['changed by theirs only', 'a\n', 'a\n', 'b\n', 'b\n'],
  ['the same change on both sides', 'a\n', 'b\n', 'b\n', 'b\n'],
  ['changes far apart', 'a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n', 'A\nb\nC\n'],
  ['insertions at both ends', 'a\nb\n', 'x\na\nb\n', 'a\nb\ny\n', 'x\na\nb\ny\n'],
  ['the same line added by both, and another by one', 'a\nb\n', 'a\nx\nb\n', 'a\nx\nb\ny\n', 'a\nx\nb\ny\n'],
  ['a line deleted by each', 'a\nb\nc\nd\n', 'b\nc\nd\n', 'a\nb\nc\n', 'b\nc\n'],
  ['everything deleted by mine', 'a\nb\n', '', 'a\nb\n', ''],
  [
    'lines named like parts of objects',
    '__proto__\nb\nconstructor\n',
    'X\nb\nconstructor\n',
    '__proto__\nb\nY\n',
    'X\nb\nY\n',
  ],
  ['mine in CRLF', 'a\nb\nc\n', 'A\r\nb\r\nc\r\n', 'a\nb\nC\n', 'A\r\nb\r\nC\r\n'],
  ['only line endings changed by mine', 'a\nb\n', 'a\r\nb\r\n', 'a\nb\nc\n', 'a\r\nb\r\nc\r\n'],
  ['theirs in CRLF', 'a\nb\nc\n', 'A\nb\nc\n', 'a\r\nb\r\nC\r\n', 'A\nb\nC\n'],
  ['mixed endings are kept', 'a\nb\nc\nd\n', 'a\r\nb\nc\r\nd\n', 'a\nb\nx\nc\nd\n', 'a\r\nb\nx\nc\r\nd\n'],
  ['mostly CRLF: new lines too', 'a\nb\nc\n', 'a\r\nb\nc\r\n', 'a\nb\nc\nd\n', 'a\r\nb\nc\r\nd\r\n'],
  ['byte order mark of mine is kept', 'a\nb\nc\n', '\ufeffA\nb\nc\n', 'a\nb\nC\n', '\ufeffA\nb\nC\n'],
  ['byte order mark removed by theirs', '\ufeffa\nb\nc\n', '\ufeffA\nb\nc\n', 'a\nb\nC\n', 'A\nb\nC\n'],
  ['no final line feed in mine', 'a\nb\nc\n', 'A\nb\nc', 'a\nb\nc\nd\n', 'A\nb\nc\nd'],
  ['final line feed added by theirs', 'a\nb\nc', 'A\nb\nc', 'a\nb\nc\n', 'A\nb\nc\n'],
  ['a last blank line of mine keeps its ending', 'a\nb\n', 'a\nb\n\n', 'A\nb', 'A\nb\n\n'],
  ['a single carriage return is not an ending', 'a\rb\nc\nd\n', 'a\rb\nc\nD\n', 'x\rb\nc\nd\n', 'x\rb\nc\nD\n'],
];
it.each(clean)('clean: %s', (_, base, mine, theirs, want) =>
  expect(merge(base, mine, theirs)).toEqual({ kind: 'clean', text: want, conflicts: [] }),
);

const conflicting: [name: string, base: string, mine: string, theirs: string, want: string][] = [
  ['one line', 'a\n', 'b\n', 'c\n', marked('b\n', 'a\n', 'c\n')],
  ['adjacent lines', 'a\nb\n', 'A\nb\n', 'a\nB\n', marked('A\nb\n', 'a\nb\n', 'a\nB\n')],
  ['two insertions at one position', 'a\nb\n', 'a\nx\nb\n', 'a\ny\nb\n', `a\n${marked('x\n', '', 'y\n')}b\n`],
  [
    'markers hold only what differs',
    'a\nb\nc\n',
    'X\nm\nY\n',
    'X\nt\nY\n',
    `X\n${marked('m\n', 'a\nb\nc\n', 't\n')}Y\n`,
  ],
  ['deleted by mine, changed by theirs', 'a\nb\nc\n', 'a\nc\n', 'a\nB\nc\n', `a\n${marked('', 'b\n', 'B\n')}c\n`],
  ['endings of mine', 'a\nb\n', 'a\r\nx\r\n', 'a\ny\n', `a\r\n${marked('x\r\n', 'b\r\n', 'y\r\n', '\r\n')}`],
  ['no final line feed', 'a\nb', 'a\nx', 'a\ny', `a\n${marked('x\n', 'b\n', 'y\n')}`],
];
it.each(conflicting)('conflict: %s', (_, base, mine, theirs, want) => {
  const merged = merge(base, mine, theirs);
  expect(merged.text).toBe(want);
  expect(merged.kind).toBe('conflict');
  expect(merged.conflicts.map(({ line }) => line)).toEqual(unresolvedLines(want));
  expect(pickSide(merged.text, 'mine').replaceAll('\r', '').trimEnd()).toBe(mine.replaceAll('\r', '').trimEnd());
});

it('writes one side of a conflict on request, and still reports the conflict', () => {
  const [base, mine, theirs] = ['a\nb\nc\nd\n', 'a\nx\nc\nD\n', 'A\ny\nc\nd\n'];
  const sided = (conflicts: 'mine' | 'theirs') => mergeLines(base, mine, theirs, { labels, conflicts });
  expect(sided('mine').text).toBe('a\nx\nc\nD\n');
  expect(sided('theirs').text).toBe('A\ny\nc\nD\n');
  expect(sided('mine').conflicts.map(({ line }) => line)).toEqual([1]);
});

describe('texts that would take minutes to merge', () => {
  const blank = Array.from({ length: 5_000 }, () => '').join('\n');
  const [base, mine, theirs] = [`1\n${blank}\n2\n`, `M\n\n${blank}\nX\n`, `T\n${blank}\n\nY\n`];

  it('are merged by the fallback, without common lines at both ends', () => {
    const asked: number[] = [];
    const merged = mergeLines(`h\n${base}t\n`, `h\n${mine}t\n`, `h\n${theirs}t\n`, {
      labels,
      fallback: (o, a, b) => {
        asked.push(o.length, a.length, b.length);
        return [{ kind: 'agreed', lines: ['merged'] }];
      },
    });
    expect(merged.text).toBe('h\nmerged\nt\n');
    expect(asked).toEqual([5_002, 5_003, 5_003]);
  });

  it('are one conflict without a fallback', () => {
    const merged = merge(base, mine, theirs);
    expect(merged.conflicts).toHaveLength(1);
    expect(pickSide(merged.text, 'mine')).toBe(mine);
    expect(pickSide(merged.text, 'theirs')).toBe(theirs);
  });
});

describe('conflict markers', () => {
  const git = 'a\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\nz\n';

  it('of this tool and of git are found if they are complete', () => {
    expect(unresolvedLines(git)).toEqual([2]);
    expect(unresolvedLines(git.replaceAll('\n', '\r\n'))).toEqual([2]);
    expect(unresolvedLines('Title\n=======\n\n>>>>>>> quoted\n')).toEqual([]);
    expect(unresolvedLines('<<<<<<< HEAD\n=======\n')).toEqual([]);
  });

  it('can be resolved to one side', () => {
    expect(pickSide(git, 'mine')).toBe('a\nmine\nz\n');
    expect(pickSide(git, 'theirs')).toBe('a\ntheirs\nz\n');
  });

  it('of another size are distinguished from those in the text', () => {
    const big = (sign: string) => sign.repeat(40);
    const parts = readMarkers([big('<'), '<<<<<<< x', big('|'), 'b', big('='), '=======', big('>')], 40);
    expect(parts.find((part) => part.kind === 'conflict')).toEqual({
      kind: 'conflict',
      mine: ['<<<<<<< x'],
      base: ['b'],
      theirs: ['======='],
    });
  });
});

describe('a block added among similar blocks', () => {
  const handler = (name: string, ...more: string[]) => [`function ${name}() {`, ...more, '  work();', '}', ''];
  const merged = (base: string[], mine: string[], theirs: string[]) =>
    mergeLines(base.join('\n'), mine.join('\n'), theirs.join('\n'), { labels: { base: 'base', theirs: 'theirs' } });

  it('does not conflict with an edit of the previous block', () => {
    const edited = handler('a', '  log();');
    expect(merged(handler('a'), edited, [...handler('a'), ...handler('b')])).toMatchObject({
      kind: 'clean',
      text: [...edited, ...handler('b')].join('\n'),
    });
  });

  it('does not conflict either if it is removed', () => {
    const three = [...handler('a'), ...handler('b'), ...handler('c')];
    const mine = [...handler('a', '  log();'), ...handler('b'), ...handler('c')];
    expect(merged(three, mine, [...handler('a'), ...handler('c')])).toMatchObject({
      kind: 'clean',
      text: [...handler('a', '  log();'), ...handler('c')].join('\n'),
    });
  });
});
