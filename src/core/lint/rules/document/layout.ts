import { ManifestSchema } from '../../../manifest/schema.ts';
import type { YamlSource } from '../../../yaml/exact.ts';
import type { SourceRule } from '../../rule.ts';

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

/** In the standard order. */
const fieldNames = Object.keys(ManifestSchema.shape);

export const keyOrder: SourceRule = {
  id: 'key-order',
  kind: 'source',
  severity: 'warning',
  summary: 'the fields are not in the standard order',
  why: 'If all manifests have the same order, they are easy to compare, and branches that add fields merge without conflicts.',
  suspects: (_, plain) => plain === undefined || outOfOrder(plain) !== undefined,
  check(source) {
    const misplaced = outOfOrder(source);
    if (misplaced === undefined) return [];
    const message = `${misplaced.key} belongs before ${misplaced.above}`;
    const text = orderKeys(source, fieldNames);
    return [
      {
        span: source.spanOf([misplaced.key], 'key'),
        message,
        hint: `The standard order is ${fieldNames.join(', ')}.`,
        ...(text === undefined ? {} : { fix: { from: 0, to: source.text.length, text } }),
      },
    ];
  },
};

/** The first field that belongs before the one above it. */
function outOfOrder({
  value,
}: Pick<YamlSource, 'value'>): { readonly key: string; readonly above: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  let last = 0;
  for (const key of Object.keys(value)) {
    const place = fieldNames.indexOf(key);
    if (place === -1) continue;
    if (place < last) return { key, above: fieldNames[last] as string };
    last = place;
  }
  return undefined;
}

/**
 * Sorts the top-level fields of a text by `order`, unknown ones last. Comments move with the field below them. `undefined`
 * if fields are not on their own lines, or if the text has anchors or aliases, whose order matters.
 */
export function orderKeys(source: YamlSource, order: readonly string[]): string | undefined {
  if (typeof source.value !== 'object' || source.value === null || /[&*]\w/.test(source.text)) return undefined;
  const lines = source.text.split(/(?<=\n)/);
  const fields = Object.keys(source.value).map((key) => {
    const { line, column } = source.rangeAt(...source.spanOf([key], 'key')).start;
    return { key, line: line - 1, column };
  });
  fields.sort((a, b) => a.line - b.line);
  if (fields.some(({ column, line }, index) => column !== 1 || line === fields[index - 1]?.line)) return undefined;
  const starts = fields.map(({ line }, index) => (index === 0 ? firstStart(lines, line) : withComments(lines, line)));
  const head = lines.slice(0, starts[0]);
  const blocks = fields.map(({ key }, index) => ({
    key,
    text: lines.slice(starts[index], starts[index + 1]).join(''),
  }));
  const ending = source.text.includes('\r\n') ? '\r\n' : '\n';
  const closed = blocks.map((block) => ({
    ...block,
    text: block.text.endsWith('\n') ? block.text : block.text + ending,
  }));
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const sorted = closed.toSorted((a, b) => rank(a.key) - rank(b.key)).map(({ text }) => text);
  const text = [...head, ...sorted].join('');
  return source.text.endsWith('\n') ? text : text.slice(0, -ending.length);
}

/** The start of the comment lines directly above a line. */
function withComments(lines: readonly string[], line: number): number {
  let start = line;
  while (/^#/.test(lines[start - 1] ?? '')) start -= 1;
  return start;
}

/** Comments above the first field belong to it, except at the top of the file, where they describe the file. */
function firstStart(lines: readonly string[], line: number): number {
  const start = withComments(lines, line);
  return start === 0 || /^(---|%)/.test(lines[start - 1] ?? '') ? line : start;
}
