import { isRightField } from '../manifest/right-manifest.ts';
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
    for (let [at, index] = [0, 0]; at < text.length; index += 1) {
      const known = before[index];
      const section =
        known && standsAt(text, at, known.text) ? known : read(text.slice(at, endOf(text, at)), isSuspect);
      if (section === undefined || (section.key !== undefined && section.key in fields)) return undefined;
      if (section.key !== undefined) fields[section.key] = section.value;
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
  if (others.length > 0 || (field !== undefined && !isRightField(...field))) return undefined;
  return { text, key: field?.[0], value: field?.[1] };
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

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
