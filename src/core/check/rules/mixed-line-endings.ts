import type { SourceRule } from '../rule.ts';

export const mixedLineEndings: SourceRule = {
  id: 'mixed-line-endings',
  kind: 'source',
  severity: 'warning',
  summary: 'some lines end as on Windows and some do not',
  why: 'Either kind is fine alone; mixed, every editor and every merge changes lines that nobody touched.',
  suspects: (text) => text.includes('\r\n') && /(?<!\r)\n/.test(text),
  check: ({ text }) => {
    const windows = text.split('\r\n').length - 1;
    const total = text.split('\n').length - 1;
    const rare = windows * 2 > total ? /(?<!\r)\n/ : /\r\n/;
    const from = rare.exec(text)?.index ?? 0;
    const ending = windows * 2 > total ? 'without' : 'with';
    const message = `this line ends ${ending} a carriage return, and most others do not`;
    return [{ span: [from, from], message, hint: 'Save the file with one kind of line ending.' }];
  },
};
