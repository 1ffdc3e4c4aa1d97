import type { YamlSource } from '../text/yaml-source.ts';

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
