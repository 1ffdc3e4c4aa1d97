import type { SourceRule } from '../rule.ts';

export const byteOrderMark: SourceRule = {
  id: 'byte-order-mark',
  kind: 'source',
  severity: 'warning',
  summary: 'the file starts with a byte order mark',
  why: 'UTF-8 needs no byte order mark. It is invisible, and tools that join or compare files can fail on it.',
  suspects: (text) => text.startsWith('\ufeff'),
  // Offsets count from behind the mark.
  check: () => [
    {
      span: [-1, 0],
      message: 'the file starts with a byte order mark',
      hint: 'Save the file as UTF-8 without one.',
      fix: { from: -1, to: 0, text: '' },
    },
  ],
};
