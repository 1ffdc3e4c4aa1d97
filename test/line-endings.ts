/** The kinds of line endings that a text may be converted to. */
export const endingKinds = ['as it is', 'line feeds', 'Windows', 'both kinds'] as const;
export type EndingKind = (typeof endingKinds)[number];

/** Converts the line endings of a text. */
export function convert(text: string, kind: EndingKind): string {
  if (kind === 'as it is') return text;
  const bare = text.replaceAll('\r\n', '\n');
  if (kind === 'line feeds') return bare;
  let line = 0;
  return bare.replaceAll('\n', () => (kind === 'Windows' || line++ % 2 === 0 ? '\r\n' : '\n'));
}
