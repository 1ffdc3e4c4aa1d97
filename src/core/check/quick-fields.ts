import { isRightField } from '../manifest/right-manifest.ts';
import { type PlainYaml, readPlainYaml } from '../text/plain-yaml.ts';
import type { PlainLine } from '../text/plain-yaml-value.ts';
import { readTidyField, type TidyField, tidyValue } from '../text/tidy-yaml.ts';

interface Field {
  readonly key: string;
  readonly source: string;
  readonly value: unknown;
}

/** Modules resemble each other: a field that reads as the one at its place in the manifest before has the very same value. */
const before: (Field | undefined)[] = [];

/**
 * The fields of a manifest that is plain and whose fields are right, and the lines of those that are not laid out as this
 * tool does it; `undefined` for any other text.
 */
export function quickFields(text: string): PlainYaml | undefined {
  const fields: Record<string, unknown> = {};
  const lines: PlainLine[] = [];
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const tidy = readTidyField(text, at);
    const end = tidy?.end ?? endOf(text, at);
    const field = tidy ? tidyField(tidy, before[count]) : plainField(text.slice(at, end), lines);
    at = end;
    if (field === null) continue;
    if (field === undefined || fields[field.key] !== undefined) return undefined;
    if (field !== before[count] && !isRightField(field.key, field.value)) return undefined;
    fields[field.key] = field.value;
    before[count] = field;
    count += 1;
  }
  return { value: fields, lines };
}

/** `null` where there is only a comment; `undefined` for what is not plain. */
function tidyField({ key, source }: TidyField, known: Field | undefined): Field | null | undefined {
  if (key === undefined) return null;
  if (known?.key !== key) return { key, source, value: tidyValue(source) };
  // Not the piece of this text: an object finds a name that it knows at once.
  return known.source === source ? known : { key: known.key, source, value: tidyValue(source) };
}

function plainField(source: string, lines: PlainLine[]): Field | null | undefined {
  const plain = readPlainYaml(source);
  if (plain === undefined) return undefined;
  lines.push(...plain.lines);
  const [field, ...others] = Object.entries(plain.value ?? {});
  if (others.length > 0) return undefined;
  return field ? { key: field[0], source, value: field[1] } : null;
}

/** A field begins with a letter at the start of a line, and ends before the next. */
function endOf(text: string, start: number): number {
  const next = /\n(?=[A-Za-z])/g;
  next.lastIndex = start;
  const found = next.exec(text);
  return found === null ? text.length : found.index + 1;
}
