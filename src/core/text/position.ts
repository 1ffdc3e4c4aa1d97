import type { Position, Range } from '../diagnostic.ts';

/** Line and column of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - start + 1 };
}

export function rangeBetween(text: string, from: number, to: number): Range {
  return { start: positionAt(text, from), end: positionAt(text, to) };
}
