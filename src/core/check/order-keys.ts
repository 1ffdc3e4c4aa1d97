import type { YamlSource } from '../text/yaml-source.ts';

/**
 * The text with its top-level fields in `order`, unknown ones last; every line is kept, comments go with the field
 * below them. `undefined` where fields are not lines of their own, or an alias would stand before what it means.
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

/** The comment lines that stand right above a line belong to it. */
function withComments(lines: readonly string[], line: number): number {
  let start = line;
  while (/^#/.test(lines[start - 1] ?? '')) start -= 1;
  return start;
}

/** Above the first field: the comment at the very top is about the file. */
function firstStart(lines: readonly string[], line: number): number {
  const start = withComments(lines, line);
  return start === 0 || /^(---|%)/.test(lines[start - 1] ?? '') ? line : start;
}
