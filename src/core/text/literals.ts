type Value = string | number | boolean | null;

// Characters that end lines, reorder text or cannot be seen: escaped in code, dropped from comments and prose.
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

const escapeHidden = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Quotes as formatters do: the preferred one, unless the other needs fewer escapes. */
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

export function jsonLiteral(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value).replace(hidden, escapeHidden) : JSON.stringify(value);
}

/** Every text is quoted, so that no YAML reader of any version takes it for something else. JSON's escapes are YAML's. */
export function yamlLiteral(value: Value): string {
  return typeof value === 'number' ? yamlNumeral(value) : jsonLiteral(value);
}

/** Readers of YAML 1.1 take an exponent for a number only with a point before it and a sign in it. */
function yamlNumeral(value: number): string {
  const text = jsonLiteral(value);
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}

/** JSON's escapes are TOML's too. */
export function tomlLiteral(value: Exclude<Value, null>): string {
  return jsonLiteral(value);
}

/** Prose on one line, as Markdown shows it literally. */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]<>#|~&]/g, (char) =>
      char === '<' ? '&lt;' : char === '>' ? '&gt;' : char === '&' ? '&amp;' : `\\${char}`,
    )
    .replace(/^([-+=]|\d+[.)])/, (start) => `${start.slice(0, -1)}\\${start.slice(-1)}`);
}

/** Prose for a line comment: no line breaks, nothing hidden. */
export function oneLine(text: string): string {
  return text.replace(/\s/gu, ' ').replace(hidden, '').replace(/ +/g, ' ').trim();
}

/** The lines of a JSDoc comment's text, each behind ` * `, the first one too; `*\/` cannot end the comment. */
export function jsdocText(text: string, indent: number): string {
  const lead = `${' '.repeat(indent)} * `;
  return wrap(oneLine(text).replaceAll('*/', '*\\/'), 110 - lead.length)
    .map((line) => `${lead}${line}`)
    .join('\n');
}

/** A whole JSDoc comment: on one line where it fits. The first line is not indented, the others are. */
export function jsdocComment(text: string, indent: number): string {
  const lines = jsdocText(text, indent);
  const short = `/** ${lines.slice(indent + 3)} */`;
  return lines.includes('\n') || indent + short.length > 120 ? `/**\n${lines}\n${' '.repeat(indent)} */` : short;
}

/** The inside of a Python docstring, wrapped; it can neither end the docstring nor start an escape. */
export function docstringText(text: string, indent: number): string {
  const safe = oneLine(text).replaceAll('\\', '\\\\').replaceAll('"', "'");
  return wrap(safe, 90 - indent).join(`\n${' '.repeat(indent)}`);
}

/** Breaks at spaces; a word longer than the width is cut, but no escape in it. */
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
