export interface TextLines {
  /** Without their endings. */
  readonly lines: readonly string[];
  /** For each line; the last one's is what it would be if the text is not closed. */
  readonly endings: readonly Ending[];
  readonly hasBom: boolean;
  /** Whether the last line ends. */
  readonly endsWithNewline: boolean;
}

export type Ending = '\n' | '\r\n';

/** A text as its lines, and apart from them what editors and systems disagree on: endings and byte order mark. */
export function splitLines(text: string): TextLines {
  const hasBom = text.startsWith('\ufeff');
  const body = hasBom ? text.slice(1) : text;
  if (body === '') return { lines: [], endings: [], hasBom, endsWithNewline: true };
  const endsWithNewline = body.endsWith('\n');
  const lines = (endsWithNewline ? body.slice(0, -1) : body).split('\n');
  if (!body.includes('\r\n')) return { lines, endings: lines.map(() => '\n'), hasBom, endsWithNewline };
  const endings = lines.map(
    (line, at): Ending => (line.endsWith('\r') && (endsWithNewline || at < lines.length - 1) ? '\r\n' : '\n'),
  );
  const bare = lines.map((line, at) => (endings[at] === '\r\n' ? line.slice(0, -1) : line));
  return { lines: bare, endings: withLastEnding(endings, endsWithNewline), hasBom, endsWithNewline };
}

/** The inverse of `splitLines`. An empty last line is there by its ending alone, so it always has one. */
export function joinLines({ lines, endings, hasBom, endsWithNewline }: TextLines): string {
  const last = lines.length - 1;
  const lacksNewline = !endsWithNewline && lines[last] !== '';
  const body = lines.map((line, at) => (at === last && lacksNewline ? line : `${line}${endings[at]}`)).join('');
  return `${hasBom ? '\ufeff' : ''}${body}`;
}

/** The form in which texts are compared: line endings alone are never a difference. */
export function withLineFeeds(text: string): string {
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}

/**
 * A text with the line endings of the model, where all of those are alike. Endings that differ within the text itself
 * may be part of what it says: they become the model's only where that removes no carriage return.
 */
export function withEndingsOf(model: string, text: string): string {
  const isWindows = model.includes('\r\n');
  if (!isWindows && !text.includes('\r\n')) return text;
  if (isWindows) return hasLineFeeds(model) ? text : withLineFeeds(text).replaceAll('\n', '\r\n');
  return model.includes('\n') && !hasLineFeeds(text) ? withLineFeeds(text) : text;
}

/** Whether a line ends without a carriage return. */
function hasLineFeeds(text: string): boolean {
  return /(?<!\r)\n/.test(text);
}

/** What most lines end with. */
export function commonEnding(endings: readonly Ending[]): Ending {
  return endings.filter((ending) => ending === '\r\n').length * 2 > endings.length ? '\r\n' : '\n';
}

export function isUniform(endings: readonly Ending[]): boolean {
  return endings.every((ending) => ending === endings[0]);
}

function withLastEnding(endings: Ending[], endsWithNewline: boolean): Ending[] {
  return endsWithNewline ? endings : [...endings.slice(0, -1), commonEnding(endings.slice(0, -1))];
}
