import { readYaml } from './yaml-value.ts';

/** Files that are the tool's, of which only the value counts: formatters may lay them out as they like. */
const readers: readonly (readonly [path: RegExp, read: (text: string) => unknown])[] = [
  [/(^|\/)\.ai-module\/lock\.yaml$/, readYaml],
  [/(^|\/)manifest\.schema\.json$/, (text) => JSON.parse(text.replace(/^\ufeff/, ''))],
];

/** Whether two texts of such a file hold the same value: quotes, indentation, comments and the order of keys aside. */
export function sameButForLayout(path: string, a: string, b: string): boolean {
  const read = readers.find(([pattern]) => pattern.test(path))?.[1];
  if (read === undefined) return false;
  try {
    return canonical(read(a)) === canonical(read(b));
  } catch {
    return false;
  }
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner !== 'object' || inner === null || Array.isArray(inner)
      ? inner
      : Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
