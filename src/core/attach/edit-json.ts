import { canonicalJson } from '../text/json-text.ts';

/** The inside of an object without objects in it. */
const body = '((?:[^{}"]|"(?:[^"\\\\]|\\\\.)*")*)';

/**
 * Adds an entry to an object at the top level of package.json or tsconfig.json, keeping the layout: in its place if the keys
 * are sorted, else last. Creates the object if it is missing. Objects in it are not supported.
 */
export function addToJsonObject(text: string, object: string, key: string, value: string): string | undefined {
  const after = withEntry(text, object, key, value);
  return after !== undefined && isOnlyAdded(text, after, object, key, value) ? after : undefined;
}

/** Whether an edit of JSON adds an entry and changes nothing else. Comments are not JSON. */
function isOnlyAdded(before: string, after: string, object: string, key: string, value: string): boolean {
  try {
    const old = JSON.parse(before);
    const expected = { ...old, [object]: { ...old[object], [key]: value } };
    return canonicalJson(JSON.parse(after)) === canonicalJson(expected);
  } catch {
    return false;
  }
}

function withEntry(text: string, object: string, key: string, value: string): string | undefined {
  const entry = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  const found = new RegExp(`(?:^|[{,])([ \\t]*)"${object}"[ \\t]*:[ \\t]*\\{${body}\\}`, 'm').exec(text);
  if (found === null) return addObject(text, object, entry);
  const [whole, indent = '', inside = ''] = found;
  const start = found.index + whole.length - inside.length - 1;
  const unit = indent === '' ? '  ' : indent;
  const lines = inside.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return splice(text, start, inside, `\n${indent}${unit}${entry}\n${indent}`);
  if (!inside.includes('\n'))
    return splice(text, start, inside, `${inside.trimEnd()}, ${entry}${/\s*$/.exec(inside)?.[0]}`);
  const inner = /^\s*/.exec(lines[0] as string)?.[0] ?? `${indent}${unit}`;
  const keys = lines.map((line) => /^\s*"([^"]+)"/.exec(line)?.[1] ?? '');
  const isSorted = keys.every((one, at) => at === 0 || (keys[at - 1] as string).localeCompare(one) <= 0);
  const later = isSorted ? keys.findIndex((one) => one.localeCompare(key) > 0) : -1;
  const clean = lines.map((line) => line.replace(/\r$/, ''));
  if (later === -1) {
    clean[clean.length - 1] = `${(clean.at(-1) ?? '').replace(/,\s*$/, '')},`;
    clean.push(`${inner}${entry}`);
  } else clean.splice(later, 0, `${inner}${entry},`);
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  return splice(text, start, inside, `${ending}${clean.join(ending)}${ending}${indent}`);
}

/** Replaces the text of an entry in an object at the top level. `undefined` if there is no such entry. */
export function changeJsonEntry(
  text: string,
  object: string,
  key: string,
  change: (value: string) => string,
): string | undefined {
  const found = new RegExp(`^[ \\t]*"${object}"[ \\t]*:[ \\t]*\\{${body}\\}`, 'm').exec(text);
  const inside = found?.[1] ?? '';
  const entry = new RegExp(`("${key.replaceAll('.', '\\.')}"[ \\t]*:[ \\t]*)("(?:[^"\\\\]|\\\\.)*")`).exec(inside);
  if (found === null || entry === null) return undefined;
  const start = found.index + found[0].length - inside.length - 1 + entry.index + (entry[1] ?? '').length;
  const old = entry[2] as string;
  return splice(text, start, old, JSON.stringify(change(JSON.parse(old) as string)));
}

/** Adds a text to a list at the top level of a JSON file with comments, and the list if it is missing. */
export function addToJsonList(
  text: string,
  key: string,
  item: string,
  initial: readonly string[] = [],
): string | undefined {
  const quoted = JSON.stringify(item);
  const found = new RegExp(`(?:^|[{,])([ \\t]*)"${key}"[ \\t]*:[ \\t]*\\[([^\\]]*)\\]`, 'm').exec(text);
  if (found === null) {
    const list = `[${[...initial, item].map((one) => JSON.stringify(one)).join(', ')}]`;
    return addEntry(text, `${JSON.stringify(key)}: ${list}`);
  }
  const [whole, , inside = ''] = found;
  if (inside.includes(quoted)) return text;
  const start = found.index + whole.length - inside.length - 1;
  const trimmed = inside.trimEnd().replace(/,$/, '');
  const isOpen = inside.includes('\n');
  const inner = /\n([ \t]*)\S/.exec(inside)?.[1] ?? '    ';
  const next = trimmed.trim() === '' ? quoted : isOpen ? `${trimmed},\n${inner}${quoted}` : `${trimmed}, ${quoted}`;
  return splice(text, start, inside, `${next}${inside.slice(inside.trimEnd().length)}`);
}

function addObject(text: string, object: string, entry: string): string | undefined {
  const unit = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  return addEntry(text, `${JSON.stringify(object)}: {\n${unit}${unit}${entry}\n${unit}}`);
}

/** Adds an entry at the end of the file's object. */
function addEntry(text: string, entry: string): string | undefined {
  const end = text.lastIndexOf('}');
  if (end === -1) return undefined;
  const unit = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  const before = text.slice(0, end).trimEnd();
  const comma = /[{,]$/.test(before) ? '' : ',';
  return `${before}${comma}\n${unit}${entry}\n${text.slice(end)}`;
}

function splice(text: string, at: number, old: string, next: string): string {
  return `${text.slice(0, at)}${next}${text.slice(at + old.length)}`;
}
