/** A field of tidy YAML as it stands in the text. */
export interface TidyField {
  /** `undefined` where there are only blank lines and comments. */
  readonly key: string | undefined;
  /** What `tidyValue` reads. */
  readonly source: string;
  /** Where what follows begins. */
  readonly end: number;
}

// No part can match what the one behind it begins with, so that all of it is linear.
const text = '[ !#-\\[\\]-~]*';
const number = '0|[1-9][0-9]{0,14}';
/** Words that some reader takes for another key than it says. */
const key = '(?!(?:null|true|false|yes|no|on|off|y|n):)[a-z][a-z0-9_]*';
const list = `(?:  - "${text}"\\n)+`;
const mapping = `(?:  ${key}: (?:"${text}"|${number}|true|false)\\n)+`;
const gap = '(?:(?:#[ -~]*)?\\n)*';
const field = new RegExp(
  `${gap}(?:(${key}):(?: ("${text}"|\\[\\]|\\{\\})\\n|\\n(${list}|${mapping}))(?=[A-Za-z#\\n]|$))?`,
  'y',
);

/**
 * Finds the field at a place of a text where it is laid out as this tool writes manifests: a text in double quotes, a list
 * of such, or a mapping to such, whole numbers, true and false. `undefined` for any other layout. One expression finds
 * all of it, which costs a fraction of reading it line by line.
 */
export function readTidyField(text: string, start: number): TidyField | undefined {
  field.lastIndex = start;
  const [whole = '', key, inline, below] = field.exec(text) ?? [];
  return whole === '' ? undefined : { key, source: inline ?? below ?? '', end: start + whole.length };
}

/** What the source of a field says; `undefined` where a key stands twice, or every object has it. */
export function tidyValue(source: string): unknown {
  if (source.startsWith('  - ')) return source.slice(5, -2).split('"\n  - "');
  if (source.startsWith(' ')) return mappingIn(source);
  if (source.startsWith('"')) return source.slice(1, -1);
  return source === '[]' ? [] : {};
}

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
