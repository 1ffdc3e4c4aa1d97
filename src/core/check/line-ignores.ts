import type { Range } from '../diagnostic.ts';
import type { YamlSource } from '../text/yaml-source.ts';

/** What every such comment holds: a text without it has none. */
export const ignoreWord = 'ai-modules-ignore';

/** `# ai-modules-ignore rule, other-rule: reason` in a manifest. */
export interface LineIgnore {
  /** One of the rules it names, and where it stands. */
  readonly rule: string;
  readonly range: Range;
  /** The line whose findings it silences: its own, or the next one that says something if it stands alone. */
  readonly line: number;
}

export function lineIgnores(source: YamlSource): LineIgnore[] {
  if (!source.text.includes(ignoreWord)) return [];
  const lines = source.text.split('\n');
  return source.comments().flatMap(({ text, offset }) => {
    const [lead] = /^#\s*ai-modules-ignore(?![\w-])/.exec(text) ?? [];
    if (lead === undefined) return [];
    const { line, column } = source.rangeAt(offset, offset).start;
    const isAlone = lines[line - 1]?.slice(0, column - 1).trim() === '';
    const silenced = isAlone ? nextLine(lines, line) : line;
    const names = [...(text.slice(lead.length).split(/:| -- /)[0] ?? '').matchAll(/[^\s,]+/g)];
    if (names.length === 0) return [{ rule: '', range: source.rangeAt(offset, offset + lead.length), line: silenced }];
    return names.map(([rule], index) => {
      const from = offset + lead.length + (names[index]?.index ?? 0);
      return { rule, range: source.rangeAt(from, from + rule.length), line: silenced };
    });
  });
}

/** 1-based, as lines are: `after` is the comment's own. */
function nextLine(lines: readonly string[], after: number): number {
  const offset = lines.slice(after).findIndex((line) => !/^\s*(#|$)/.test(line));
  return offset === -1 ? after : after + offset + 1;
}
