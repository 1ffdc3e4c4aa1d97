import type { SourceRule } from '../rule.ts';

export const byteOrderMark: SourceRule = {
  id: 'byte-order-mark',
  kind: 'source',
  severity: 'warning',
  summary: 'the file starts with a byte order mark',
  why: 'UTF-8 needs none, nobody sees it, and tools that join or compare files stumble over it.',
  suspects: (text) => text.startsWith('\ufeff'),
  // It stands before the text that offsets count in.
  check: () => [
    { span: [-1, 0], message: 'the file starts with a byte order mark', fix: { from: -1, to: 0, text: '' } },
  ],
};
