import { expect, it } from 'vitest';
import { compareDiagnostics, type Diagnostic } from '../../../../src/core/diagnostic.ts';
import { type Paint, plain } from '../../../../src/core/report/check-report.ts';
import { reportDiagnostics } from '../../../../src/core/report/formats/pretty.ts';

const at = (
  line: number,
  column: number,
  endLine = line,
  endColumn = column + 1,
): NonNullable<Diagnostic['range']> => ({
  start: { line, column },
  end: { line: endLine, column: endColumn },
});
const diagnostic = (more: Partial<Diagnostic>): Diagnostic => ({
  rule: 'some-rule',
  severity: 'error',
  message: 'it is wrong',
  file: 'm.yaml',
  ...more,
});
const report = (one: Partial<Diagnostic>, text?: string) =>
  reportDiagnostics([diagnostic(one)], new Map(text === undefined ? [] : [['m.yaml', text]]), plain).split('\n');

const cases: [name: string, one: Partial<Diagnostic>, text: string | undefined, want: string[]][] = [
  ['no position', {}, 'a\n', ['m.yaml error it is wrong (some-rule)']],
  ['no text', { range: at(2, 3) }, undefined, ['m.yaml:2:3 error it is wrong (some-rule)']],
  [
    'a warning and a hint',
    { severity: 'warning', hint: 'Do that.' },
    undefined,
    ['m.yaml warning it is wrong (some-rule)', '    Do that.'],
  ],
  [
    'a part of a line',
    { range: at(2, 7, 2, 10) },
    'x: 1\nname: abc\n',
    ['m.yaml:2:7 error it is wrong (some-rule)', '  2 | name: abc', '    |       ^^^'],
  ],
  [
    'nothing between',
    { range: at(1, 3, 1, 3) },
    'abc\n',
    ['m.yaml:1:3 error it is wrong (some-rule)', '  1 | abc', '    |   ^'],
  ],
  [
    'several lines',
    { range: at(1, 3, 3, 1) },
    'abcde\nf\n',
    ['m.yaml:1:3 error it is wrong (some-rule)', '  1 | abcde', '    |   ^^^'],
  ],
  [
    'tabs',
    { range: at(1, 3, 1, 4) },
    '\ta!\n',
    ['m.yaml:1:3 error it is wrong (some-rule)', '  1 | \ta!', '    | \t ^'],
  ],
  ['a line past the end', { range: at(9, 1) }, 'a\n', ['m.yaml:9:1 error it is wrong (some-rule)']],
  ['a very long line', { range: at(1, 1) }, `${'x'.repeat(200)}\n`, ['m.yaml:1:1 error it is wrong (some-rule)']],
  [
    'Windows line endings',
    { range: at(2, 1) },
    'a\r\nb\r\n',
    ['m.yaml:2:1 error it is wrong (some-rule)', '  2 | b', '    | ^'],
  ],
  [
    'line numbers of two digits',
    { range: at(10, 1) },
    'x\n'.repeat(10),
    ['m.yaml:10:1 error it is wrong (some-rule)', '  10 | x', '     | ^'],
  ],
];
it.each(cases)('shows %s', (_, one, text, want) => expect(report(one, text)).toEqual([...want, '']));

it('escapes control characters of the input', () => {
  const bad = 'a\u001b[31mb\u009bc\u202ed\u0007\r';
  const text = reportDiagnostics(
    [diagnostic({ message: bad, hint: bad, file: `${bad}.yaml`, range: at(1, 1) })],
    new Map([[`${bad}.yaml`, `${bad}\n`]]),
    plain,
  );
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

it('uses the given colors', () => {
  const marks: Paint = {
    bold: (text) => `B(${text})`,
    dim: (text) => `D(${text})`,
    green: (text) => `G(${text})`,
    yellow: (text) => `Y(${text})`,
    red: (text) => `R(${text})`,
    cyan: (text) => `C(${text})`,
  };
  expect(reportDiagnostics([diagnostic({ range: at(1, 1), hint: 'h' })], new Map([['m.yaml', 'a']]), marks)).toBe(
    'B(m.yaml:1:1) R(error) it is wrong D((some-rule))\n  D(1 |) a\n  D(  |) R(^)\n    C(h)\n',
  );
});

it('orders diagnostics by file, position and message', () => {
  const diagnostics = [
    diagnostic({ file: 'b', message: '1' }),
    diagnostic({ file: 'a', range: at(10, 1), message: '2' }),
    diagnostic({ file: 'a', range: at(9, 5), message: '3' }),
    diagnostic({ file: 'a', range: at(9, 2), message: '5' }),
    diagnostic({ file: 'a', range: at(9, 2), message: '4' }),
    diagnostic({ file: 'a', message: '6' }),
  ];
  expect(diagnostics.sort(compareDiagnostics).map(({ message }) => message)).toEqual(['6', '4', '5', '3', '2', '1']);
});
