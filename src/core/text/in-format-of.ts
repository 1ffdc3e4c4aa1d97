import { hunksOf } from './line-hunks.ts';
import { lineWithoutFormat, sameButForFormat } from './same-but-for-format.ts';

/**
 * A text in the format of another one: where both say the same, it is as in the other; the rest stays. `undefined` for
 * a kind of file whose formatters are not known, and for texts that are too long to compare.
 */
export function inFormatOf(path: string, model: string, text: string): string | undefined {
  if (lineWithoutFormat(path, '') === undefined) return undefined;
  const [from, to] = [linesOf(text), linesOf(model)];
  const bare = (lines: readonly string[]) => lines.map((line) => lineWithoutFormat(path, line) ?? line);
  const hunks = hunksOf(bare(from), bare(to));
  if (hunks === undefined) return undefined;
  const lines: string[] = [];
  let next = 0;
  for (const { at, size, ofAt, ofSize } of hunks) {
    // With the line behind it: before a bracket that closes, a comma says nothing.
    const [own, others] = [from.slice(at, at + size + 1), to.slice(ofAt, ofAt + ofSize + 1)];
    const isSame = standsIn(own) === standsIn(others) && sameButForFormat(path, own.join('\n'), others.join('\n'));
    lines.push(...to.slice(next, ofAt), ...(isSame ? to.slice(ofAt, ofAt + ofSize) : from.slice(at, at + size)));
    next = ofAt + ofSize;
  }
  return [...lines, ...to.slice(next)].join('\n');
}

/** Line endings are no format here: merging keeps them. */
function linesOf(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n');
}

/** How far a first line stands in. */
function standsIn([first = '']: readonly string[]): string {
  return /^\s*/.exec(first)?.[0] ?? '';
}
