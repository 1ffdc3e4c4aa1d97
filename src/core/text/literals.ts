type Value = string | number | boolean | null;
/** Also lists and mappings, which YAML writes in brackets and braces. */
type Nested = Value | readonly Value[] | { readonly [key: string]: Nested | undefined };

// Characters that end lines, reorder text or are invisible: escaped in code, removed from comments and prose.
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

const escapeHidden = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Chooses quotes like formatters: the preferred kind, unless the other needs fewer escapes. */
function quote(text: string, preferred: '"' | "'"): string {
  const other = preferred === '"' ? "'" : '"';
  const count = (mark: string) => text.split(mark).length - 1;
  const mark = count(preferred) > count(other) ? other : preferred;
  const body = text
    .replaceAll('\\', '\\\\')
    .replaceAll(mark, `\\${mark}`)
    .replace(hidden, (char) => named[char] ?? escapeHidden(char));
  return `${mark}${body}${mark}`;
}

function numeral(value: number): string {
  return String(Object.is(value, -0) ? 0 : value).replace('e+', 'e');
}

export function tsLiteral(value: Value): string {
  return typeof value === 'string' ? quote(value, "'") : typeof value === 'number' ? numeral(value) : String(value);
}

export function pyLiteral(value: Value): string {
  if (typeof value === 'string') return quote(value, '"');
  if (typeof value === 'number') return numeral(value);
  return value === null ? 'None' : value ? 'True' : 'False';
}

export function jsonLiteral(value: Value | readonly Value[]): string {
  if (typeof value === 'object' && value !== null) return `[${value.map(jsonLiteral).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value).replace(hidden, escapeHidden) : JSON.stringify(value);
}

/** JSON in single quotes for a shell, on one line if it fits in `width` columns. */
export function shellJson(value: unknown, width: number): string {
  const lines = JSON.stringify(value, null, 2);
  const flat = lines.replace(/\n */g, ' ');
  const text = (flat.length < width ? flat : lines).replace(hidden, (char) =>
    char === '\n' ? char : escapeHidden(char),
  );
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quotes every string, so that all versions of YAML read it as a string. JSON escapes are valid in YAML. */
export function yamlLiteral(value: Nested): string {
  if (typeof value === 'number') return yamlNumeral(value);
  if (typeof value !== 'object' || value === null) return jsonLiteral(value);
  if (isList(value)) return `[${value.map(yamlLiteral).join(', ')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${yamlLiteral(inner ?? null)}`);
  return `{${entries.join(', ')}}`;
}

function isList(value: Nested): value is readonly Value[] {
  return Array.isArray(value);
}

/** YAML 1.1 reads a number with an exponent only if it has a decimal point and the exponent has a sign. */
function yamlNumeral(value: number): string {
  const text = jsonLiteral(value);
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}

/** JSON escapes are valid in TOML. */
export function tomlLiteral(value: Exclude<Value, null>): string {
  return jsonLiteral(value);
}

/** Prose on one line, escaped so that Markdown shows it literally. */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]<>#|~&]/g, (char) =>
      char === '<' ? '&lt;' : char === '>' ? '&gt;' : char === '&' ? '&amp;' : `\\${char}`,
    )
    .replace(/^([-+=]|\d+[.)])/, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`);
}

/** Prose for a line comment, without line breaks and invisible characters. */
export function oneLine(text: string): string {
  return text.replace(/\s/gu, ' ').replace(hidden, '').replace(/ +/g, ' ').trim();
}

/** The wrapped lines of a JSDoc comment, each prefixed with ` * `. A `*\/` in the text is escaped. */
export function jsdocText(text: string, indent: number): string {
  const lead = `${' '.repeat(indent)} * `;
  return wrap(oneLine(text).replaceAll('*/', '*\\/'), 110 - lead.length)
    .map((line) => `${lead}${line}`)
    .join('\n');
}

/** A complete JSDoc comment, on one line if it fits. The first line is not indented, the others are. */
export function jsdocComment(text: string, indent: number): string {
  const lines = jsdocText(text, indent);
  const short = `/** ${lines.slice(indent + 3)} */`;
  return lines.includes('\n') || indent + short.length > 120 ? `/**\n${lines}\n${' '.repeat(indent)} */` : short;
}

/** The text of a Python docstring, wrapped. Quotes and backslashes in it are replaced or escaped. */
export function docstringText(text: string, indent: number): string {
  const safe = oneLine(text).replaceAll('\\', '\\\\').replaceAll('"', "'");
  return wrap(safe, 90 - indent).join(`\n${' '.repeat(indent)}`);
}

/** Breaks at spaces, and within words that are longer than `width`, but not within an escape. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => cut(long, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function cut(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const unit of word.match(/\\.|./gsu) ?? []) {
    if (piece.length + unit.length > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += unit;
  }
  return [...pieces, piece];
}
