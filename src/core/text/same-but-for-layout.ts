import { readPlainYaml } from './plain-yaml.ts';

/** The tool's own files, of which only the value counts: formatters may change their layout. */
const readers: readonly (readonly [path: RegExp, read: (text: string) => { readonly value: unknown } | undefined])[] = [
  [/(^|\/)\.ai-module\/lock\.yaml$/, readPlainYaml],
  [/(^|\/)manifest\.schema\.json$/, (text) => ({ value: JSON.parse(text) })],
];

/** Whether two texts of such a file hold the same value: quotes, indentation, comments and the order of keys aside. */
export function sameButForLayout(path: string, a: string, b: string): boolean {
  const read = readers.find(([pattern]) => pattern.test(path))?.[1];
  if (read === undefined) return false;
  try {
    const [left, right] = [a, b].map((text) =>
      read(
        text
          .replace(/^\ufeff/, '')
          .replaceAll('\r\n', '\n')
          .replace(/^---\n/, ''),
      ),
    );
    return left !== undefined && right !== undefined && canonical(left.value) === canonical(right.value);
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
