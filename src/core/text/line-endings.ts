export interface TextLines {
  /** Without line endings. */
  readonly lines: readonly string[];
  /** One per line. If the text has no final newline, the last one is the ending that it would get. */
  readonly endings: readonly Ending[];
  readonly hasBom: boolean;
  readonly endsWithNewline: boolean;
}

export type Ending = '\n' | '\r\n';

/** Separates the lines of a text from what depends on editors and systems: line endings and byte order mark. */
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

/** The inverse of `splitLines`. An empty last line always gets an ending: without one it would not exist. */
export function joinLines({ lines, endings, hasBom, endsWithNewline }: TextLines): string {
  const last = lines.length - 1;
  const lacksNewline = !endsWithNewline && lines[last] !== '';
  const body = lines.map((line, at) => (at === last && lacksNewline ? line : `${line}${endings[at]}`)).join('');
  return `${hasBom ? '\ufeff' : ''}${body}`;
}

/** Normalizes line endings, so that they do not count as a difference when texts are compared. */
export function withLineFeeds(text: string): string {
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}

/**
 * Gives a text the line endings of `model` if those are uniform. Mixed endings within the text may be intentional, so
 * they are converted only if that removes no carriage return.
 */
export function withEndingsOf(model: string, text: string): string {
  const isWindows = model.includes('\r\n');
  if (!isWindows && !text.includes('\r\n')) return text;
  if (isWindows) return hasLineFeeds(model) ? text : withLineFeeds(text).replaceAll('\n', '\r\n');
  return model.includes('\n') && !hasLineFeeds(text) ? withLineFeeds(text) : text;
}

/** Whether any line ends without a carriage return. */
function hasLineFeeds(text: string): boolean {
  return /(?<!\r)\n/.test(text);
}

/** The ending of most lines. */
export function commonEnding(endings: readonly Ending[]): Ending {
  return endings.filter((ending) => ending === '\r\n').length * 2 > endings.length ? '\r\n' : '\n';
}

export function isUniform(endings: readonly Ending[]): boolean {
  return endings.every((ending) => ending === endings[0]);
}

function withLastEnding(endings: Ending[], endsWithNewline: boolean): Ending[] {
  return endsWithNewline ? endings : [...endings.slice(0, -1), commonEnding(endings.slice(0, -1))];
}
