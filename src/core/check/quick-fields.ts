import { isRightField } from '../manifest/right-manifest.ts';
import { type PlainYaml, readPlainYaml } from '../text/plain-yaml.ts';
import type { PlainLine } from '../text/plain-yaml-value.ts';
import { isTidyFieldAt, readTidyField, tidyValue } from '../text/tidy-yaml.ts';

/** What stands in a manifest from one place to another: a field, or comments without one. */
interface Piece {
  readonly text: string;
  readonly key: string | undefined;
  readonly value: unknown;
  readonly isTidy: boolean;
}

/** Modules resemble each other: a field that reads as the one at its place in the manifest before has the very same value. */
const before: Piece[] = [];

/**
 * The fields of a manifest that is plain and whose fields are right, and the lines of those that are not laid out as this
 * tool does it; `undefined` for any other text.
 */
export function quickFields(text: string): PlainYaml | undefined {
  const fields: Record<string, unknown> = {};
  const lines: PlainLine[] = [];
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const known = before[count];
    const isKnown = known?.isTidy && isTidyFieldAt(text, at, known.text);
    const piece = isKnown ? known : (tidyPiece(text, at, known?.key) ?? plainPiece(text, at, lines));
    if (piece === undefined) return undefined;
    at += piece.text.length;
    const { key, value } = piece;
    if (key === undefined) continue;
    if (fields[key] !== undefined || !(isKnown || isRightField(key, value))) return undefined;
    fields[key] = value;
    before[count] = piece;
    count += 1;
  }
  return { value: fields, lines };
}

function tidyPiece(text: string, at: number, usual: string | undefined): Piece | undefined {
  const field = readTidyField(text, at);
  if (field === undefined) return undefined;
  // Not the piece of this text: an object finds a name that it knows at once.
  const key = field.key === usual ? usual : field.key;
  return { text: field.text, key, value: key && tidyValue(field.source), isTidy: true };
}

function plainPiece(text: string, at: number, lines: PlainLine[]): Piece | undefined {
  const piece = text.slice(at, endOf(text, at));
  const plain = readPlainYaml(piece);
  if (plain === undefined) return undefined;
  lines.push(...plain.lines);
  const [[key, value] = [], ...others] = Object.entries(plain.value ?? {});
  return others.length > 0 ? undefined : { text: piece, key, value, isTidy: false };
}

/** A field begins with a letter at the start of a line, and ends before the next. */
function endOf(text: string, start: number): number {
  const next = /\n(?=[A-Za-z])/g;
  next.lastIndex = start;
  const found = next.exec(text);
  return found === null ? text.length : found.index + 1;
}
