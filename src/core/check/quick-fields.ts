import { fieldNames, isRightField } from '../manifest/right-manifest.ts';
import { isLetter } from '../text/common-line.ts';
import { type PlainYaml, readPlainYaml } from '../text/plain-yaml.ts';

/** A field of a manifest with all lines that belong to it; without a key, what stands above the first. */
interface Section {
  readonly text: string;
  readonly key: string | undefined;
  readonly value: unknown;
}

/**
 * Reads the fields of manifests, one after the other, in the order in which they stand; `undefined` where one is not
 * plain, not right or `isSuspect`. Modules resemble each other: a section that reads as the one at its place in the
 * manifest before did is not read again, and has the very same value.
 */
export function fieldReader(
  isSuspect: (text: string, plain: PlainYaml) => boolean,
): (text: string) => Readonly<Record<string, unknown>> | undefined {
  const before: Section[] = [];
  return (text) => {
    const fields: Record<string, unknown> = {};
    let at = 0;
    for (let index = 0; at < text.length; index += 1) {
      const known = before[index];
      const section =
        known && standsAt(text, at, known.text) ? known : read(text.slice(at, endOf(text, at)), isSuspect);
      if (section === undefined) return undefined;
      const { key, value } = section;
      if (key !== undefined && fields[key] !== undefined) return undefined;
      if (key !== undefined) fields[key] = value;
      before[index] = section;
      at += section.text.length;
    }
    return fields;
  };
}

function read(text: string, isSuspect: (text: string, plain: PlainYaml) => boolean): Section | undefined {
  const plain = readPlainYaml(text);
  if (plain === undefined || isSuspect(text, plain)) return undefined;
  const [field, ...others] = Object.entries(plain.value ?? {});
  if (field === undefined) return { text, key: undefined, value: undefined };
  const [key, value] = field;
  if (others.length > 0 || !isRightField(key, value)) return undefined;
  // Not the piece of this text: an object finds a name of the source at once.
  return { text, key: fieldNames[fieldNames.indexOf(key)], value };
}

/** A field begins with a letter at the start of a line, and ends before the next. */
function endOf(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('\n', end) + 1;
  while (end !== 0 && end < text.length && !isLetter(text.charCodeAt(end)));
  return end === 0 ? text.length : end;
}

function standsAt(text: string, at: number, section: string): boolean {
  if (!text.startsWith(section, at)) return false;
  const end = at + section.length;
  return end === text.length || (section.endsWith('\n') && isLetter(text.charCodeAt(end)));
}
