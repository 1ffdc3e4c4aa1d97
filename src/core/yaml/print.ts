import { jsonLiteral, yamlLiteral } from '../text/literals.ts';

/** The widest line that a value in braces may make. */
const maxWidth = 100;

/** What stands behind `key:`, for a key with this indentation: a value on the same line, or the lines below it. */
export function printBehindKey(value: unknown, indent: number, used: number, isBlock = false): string {
  const flow = printFlow(value);
  const fits = !hasProperties(value) && used + 1 + flow.length <= maxWidth;
  if (isEmpty(value) || (fits && !isBlock)) return ` ${flow}`;
  return `\n${printBlock(value, indent + 2)}`;
}

/** The lines of a mapping or list, without the last line break. */
export function printBlock(value: unknown, indent: number): string {
  const pad = ' '.repeat(indent);
  if (Array.isArray(value)) return value.map((item) => `${pad}- ${printItem(item, indent)}`).join('\n');
  return Object.entries(value as object)
    .map(([key, inner]) => `${pad}${printEntry(key, inner, indent)}`)
    .join('\n');
}

/** `key: value`. Only its further lines are indented. */
export function printEntry(key: string, value: unknown, indent: number, isBlock = false): string {
  const head = `${printString(key)}:`;
  return `${head}${printBehindKey(value, indent, indent + head.length, isBlock || key === 'properties')}`;
}

/** What stands behind `- `, for a dash with this indentation. Strings are always quoted. */
export function printItem(value: unknown, indent: number): string {
  if (typeof value === 'string') return yamlLiteral(value);
  const flow = printFlow(value);
  const fits = !hasProperties(value) && indent + 2 + flow.length <= maxWidth;
  return isEmpty(value) || fits ? flow : printBlock(value, indent + 2).slice(indent + 2);
}

/** A value on one line. */
export function printFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printFlow).join(', ')}]`;
  if (typeof value === 'string') return printString(value);
  if (typeof value !== 'object' || value === null) return yamlLiteral(value as number | boolean | null);
  if (isEmpty(value)) return '{}';
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${printString(key)}: ${printFlow(inner)}`)
    .join(', ')} }`;
}

/** Without quotes only if every YAML reader reads it as a string. */
function printString(text: string): string {
  const isPlain = /^[A-Za-z_$][\w.-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : jsonLiteral(text);
}

/** Whether a value has a part that is easier to read with one property a line. */
function hasProperties(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasProperties);
  return Object.entries(value).some(
    ([key, inner]) => (key === 'properties' && !isEmpty(inner)) || hasProperties(inner),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}
