import type { Range } from '../diagnostic.ts';
import type { YamlSource } from '../yaml/exact.ts';

/** Part of every ignore comment: a text without it has none. */
export const ignoreWord = 'ai-modules-ignore';

/** `# ai-modules-ignore rule, other-rule: reason` in a manifest. */
export interface LineIgnore {
  /** One of the rules that the comment names, and its position; empty if it names none. */
  readonly rule: string;
  readonly range: Range;
  /** The line whose diagnostics it suppresses: its own, or the next line with content if the comment is on its own line. */
  readonly line: number;
}

export function lineIgnores(source: YamlSource): LineIgnore[] {
  if (!source.text.includes(ignoreWord)) return [];
  const lines = source.text.split('\n');
  return source.comments().flatMap(({ text, offset }) => {
    const [lead] = /^#\s*ai-modules-ignore(?![\w-])/.exec(text) ?? [];
    if (lead === undefined) return [];
    const { line, column } = source.rangeAt(offset, offset).start;
    const isOnOwnLine = lines[line - 1]?.slice(0, column - 1).trim() === '';
    const target = isOnOwnLine ? nextLine(lines, line) : line;
    const names = [...(text.slice(lead.length).split(/:| -- /)[0] ?? '').matchAll(/[^\s,]+/g)];
    if (names.length === 0) return [{ rule: '', range: source.rangeAt(offset, offset + lead.length), line: target }];
    return names.map(([rule], index) => {
      const from = offset + lead.length + (names[index]?.index ?? 0);
      return { rule, range: source.rangeAt(from, from + rule.length), line: target };
    });
  });
}

/** The next line that is not empty or a comment. Lines are 1-based; `after` is the line of the comment. */
function nextLine(lines: readonly string[], after: number): number {
  const offset = lines.slice(after).findIndex((line) => !/^\s*(#|$)/.test(line));
  return offset === -1 ? after : after + offset + 1;
}
