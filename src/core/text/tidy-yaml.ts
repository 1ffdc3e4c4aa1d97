/** A field of tidy YAML: its value, and where what follows it begins. */
export interface TidyField {
  /** `undefined` where there are only blank lines and comments. */
  readonly key: string | undefined;
  readonly value: unknown;
  readonly end: number;
}

// No part can match what the one behind it begins with, so that all of it is linear.
const text = '[ !#-\\[\\]-~]*';
const number = '0|[1-9][0-9]{0,14}';
/** Words that some reader takes for another key than it says. */
const key = '(?!(?:null|true|false|yes|no|on|off|y|n):)[a-z][a-z0-9_]*';
const list = `((?:  - "${text}"\\n)+)`;
const mapping = `((?:  ${key}: (?:"${text}"|${number}|true|false)\\n)+)`;
const gap = '(?:(?:#[ -~]*)?\\n)*';
const field = new RegExp(
  `${gap}(?:(${key}):(?: (?:"(${text})"|(\\[\\]|\\{\\}))\\n|\\n(?:${list}|${mapping}))(?=[A-Za-z#\\n]|$))?`,
  'y',
);

/**
 * Reads the field at a place of a text where it is laid out as this tool writes manifests: a text in double quotes, a list
 * of such, or a mapping of such, whole numbers, true and false. `undefined` for any other layout. One expression reads
 * all of it, which costs a fraction of reading it line by line.
 */
export function readTidyField(source: string, start: number): TidyField | undefined {
  field.lastIndex = start;
  const [whole = '', name, said, empty, items, entries] = field.exec(source) ?? [];
  if (whole === '') return undefined;
  const end = start + whole.length;
  if (said !== undefined) return { key: name, value: said, end };
  if (items !== undefined) return { key: name, value: items.slice(5, -2).split('"\n  - "'), end };
  if (empty !== undefined) return { key: name, value: empty === '[]' ? [] : {}, end };
  if (entries === undefined) return { key: undefined, value: undefined, end };
  const value = mappingIn(entries);
  return value && { key: name, value, end };
}

/** `undefined` where a key stands twice, or every object has it. */
function mappingIn(entries: string): Record<string, unknown> | undefined {
  const found: Record<string, unknown> = {};
  for (const entry of entries.slice(2, -1).split('\n  ')) {
    const colon = entry.indexOf(':');
    const name = entry.slice(0, colon);
    if (found[name] !== undefined) return undefined;
    found[name] = scalarIn(entry.slice(colon + 2));
  }
  return found;
}

function scalarIn(said: string): string | number | boolean {
  if (said.startsWith('"')) return said.slice(1, -1);
  return said === 'true' || (said !== 'false' && Number(said));
}
