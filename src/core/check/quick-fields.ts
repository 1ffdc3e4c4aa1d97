import { isRightField } from '../manifest/right-manifest.ts';
import { type PlainYaml, readPlainYaml } from '../text/plain-yaml.ts';
import { readTidyField, type TidyField } from '../text/tidy-yaml.ts';

/**
 * The fields of a manifest that is plain and whose fields are right, and the lines of those that are not laid out as this
 * tool does it; `undefined` for any other text.
 */
export function quickFields(text: string): PlainYaml | undefined {
  const fields: Record<string, unknown> = {};
  const lines: PlainYaml['lines'][number][] = [];
  for (let at = 0; at < text.length; ) {
    const read = readTidyField(text, at) ?? readField(text, at, lines);
    if (read === undefined) return undefined;
    at = read.end;
    const { key, value } = read;
    if (key === undefined) continue;
    if (fields[key] !== undefined || !isRightField(key, value)) return undefined;
    fields[key] = value;
  }
  return { value: fields, lines };
}

function readField(text: string, start: number, lines: PlainYaml['lines'][number][]): TidyField | undefined {
  const end = endOf(text, start);
  const plain = readPlainYaml(text.slice(start, end));
  if (plain === undefined) return undefined;
  lines.push(...plain.lines);
  const [field, ...others] = Object.entries(plain.value ?? {});
  if (others.length > 0) return undefined;
  return { key: field?.[0], value: field?.[1], end };
}

/** A field begins with a letter at the start of a line, and ends before the next. */
function endOf(text: string, start: number): number {
  const next = /\n(?=[A-Za-z])/g;
  next.lastIndex = start;
  const found = next.exec(text);
  return found === null ? text.length : found.index + 1;
}
