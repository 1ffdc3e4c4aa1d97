import type { SourceRule } from '../rule.ts';

export const mixedLineEndings: SourceRule = {
  id: 'mixed-line-endings',
  kind: 'source',
  severity: 'warning',
  summary: 'some lines end with CRLF and others with LF',
  why: 'Either one is fine. If a file mixes them, editors and merges change lines that nobody edited.',
  suspects: (text) => text.includes('\r\n') && /(?<!\r)\n/.test(text),
  check: ({ text }) => {
    const windows = text.split('\r\n').length - 1;
    const total = text.split('\n').length - 1;
    const rare = windows * 2 > total ? /(?<!\r)\n/ : /\r\n/;
    const from = rare.exec(text)?.index ?? 0;
    const [here, usual] = windows * 2 > total ? ['LF', 'CRLF'] : ['CRLF', 'LF'];
    const message = `this line ends with ${here}, but most lines end with ${usual}`;
    return [{ span: [from, from], message, hint: 'Save the file with one kind of line ending.' }];
  },
};
