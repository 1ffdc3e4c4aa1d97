import { jsonLiteral, yamlLiteral } from './literals.ts';

const width = 120;

/**
 * YAML as people write it: lists of scalars and short mappings in brackets, everything else over several lines. `indent` is
 * that of the first line, which is not indented itself.
 */
export function yamlText(value: unknown, indent = 0): string {
  const flat = yamlFlow(value);
  if (!isContainer(value) || (isShallow(value) && indent + flat.length <= width)) return flat;
  const lead = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value)) return value.map((item) => `- ${yamlText(item, indent + 2)}`).join(lead);
  return Object.entries(value)
    .map(([key, inner]) => {
      const start = `${yamlKey(key)}:`;
      const text = yamlFlow(inner);
      const isFlat = !isContainer(inner) || (isShallow(inner) && indent + start.length + 1 + text.length <= width);
      return isFlat ? `${start} ${text}` : `${start}${lead}  ${yamlText(inner, indent + 2)}`;
    })
    .join(lead);
}

/** The same on one line, in brackets. */
export function yamlFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlFlow).join(', ')}]`;
  if (!isContainer(value)) return isWord(value) ? value : yamlLiteral(value as string | number | boolean | null);
  const entries = Object.entries(value).map(([key, inner]) => `${yamlKey(key)}: ${yamlFlow(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether it has no mappings or lists inside, except lists of scalars. */
function isShallow(value: object): boolean {
  return Object.values(value).every(
    (inner) => !isContainer(inner) || (Array.isArray(inner) && !inner.some(isContainer)),
  );
}

function yamlKey(key: string): string {
  return isWord(key) || key === '$ref' ? key : jsonLiteral(key);
}

/** Whether every version of YAML reads the text as a string without quotes. */
function isWord(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^[A-Za-z][A-Za-z0-9_-]*$/.test(value) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
  );
}
