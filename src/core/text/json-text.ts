const width = 120;

/** JSON as formatters print it: one key per line, arrays of scalars on one line if they fit. Ends with a line feed. */
export function jsonText(value: unknown): string {
  return `${print(value, '', 0)}\n`;
}

/** JSON with sorted keys: equal values give equal texts. `replace` is applied to every value first. */
export function canonicalJson(
  value: unknown,
  replace: (key: string, value: unknown) => unknown = (_, inner) => inner,
): string | undefined {
  return JSON.stringify(value, (key, given: unknown) => {
    const inner = replace(key, given);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** `prefixLength` is the length of the text between the indentation and the value. */
function print(value: unknown, indent: string, prefixLength: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = value.every(isPlain) ? flatText(value) : undefined;
    if (flat !== undefined && indent.length + prefixLength + flat.length < width) return flat;
    return `[\n${value.map((item) => inner + print(item, inner, 0)).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(value).map(([key, item]) => {
    const start = `${JSON.stringify(key)}: `;
    return `${inner}${start}${print(item, inner, start.length)}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}

function flatText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(flatText).join(', ')}]` : JSON.stringify(value);
}

function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : typeof value !== 'object' || value === null;
}
