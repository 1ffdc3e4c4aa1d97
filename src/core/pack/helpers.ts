import { widthOf } from '../text/layout.ts';
import {
  docstringText,
  jsdocComment,
  jsonLiteral,
  markdownText,
  oneLine,
  pyLiteral,
  tomlLiteral,
  tsLiteral,
  yamlLiteral,
} from '../text/literals.ts';
import { camelCase, kebabCase, pascalCase, snakeCase } from '../text/names.ts';
import { printEntry, printItem } from '../yaml/print.ts';

/**
 * All helpers of templates; docs/packs.md lists them. User input is written to a file only through the literal helper of
 * the file's language.
 */
export const helpers = {
  /** `camelCase` */
  camel: (name: string) => camelCase(name),
  /** `PascalCase` */
  pascal: (name: string) => pascalCase(name).replaceAll('_', ''),
  /** `kebab-case` */
  kebab: (name: string) => kebabCase(name),
  /** `snake_case` */
  snake: (name: string) => snakeCase(name),
  /** Upper case. */
  upper: (name: string) => name.toUpperCase(),
  /** A TypeScript literal: string, number, true, false or null. */
  ts: tsLiteral,
  /** TypeScript literals, separated by commas. */
  tsList: (values: readonly Parameters<typeof tsLiteral>[0][]) => values.map((value) => tsLiteral(value)).join(', '),
  /** A Python literal. */
  py: pyLiteral,
  /** A JSON value. */
  json: jsonLiteral,
  /** A YAML value on one line. Strings are always quoted, so that every YAML reader reads them as strings. */
  yaml: yamlLiteral,
  /** An item of a YAML list, over several lines if it is long; the second argument is the indentation of the dash. */
  yamlItem: (value: unknown, indent: unknown) => printItem(value, typeof indent === 'number' ? indent : 0),
  /** A key of YAML and its value, over several lines. */
  yamlEntry: (key: string, value: unknown) => printEntry(key, value, 0, true),
  /** A TOML value. */
  toml: tomlLiteral,
  /** Prose on one line, escaped for Markdown. */
  md: (text: string) => markdownText(text),
  /** Prose for a line comment, without line breaks and invisible characters. */
  line: (text: string) => oneLine(text),
  /** A JSDoc comment, wrapped if it is long; the second argument is its indentation. */
  jsdoc: (text: string, indent: unknown) => jsdocComment(text, typeof indent === 'number' ? indent : 0),
  /** The text of a Python docstring, wrapped; the second argument is its indentation. */
  docstring: (text: string, indent: unknown) => docstringText(text, typeof indent === 'number' ? indent : 0),
  /** True if the texts together fit on one line of 120 columns. */
  fits: (...texts: readonly unknown[]) => widthOf(texts.slice(0, -1).join('')) <= 120,
  /** The texts together if the value is true for `if`, otherwise nothing. */
  when: (value: unknown, ...texts: readonly unknown[]) => (isTruthy(value) ? texts.slice(0, -1).join('') : ''),
  /** The entries of a list, joined with a separator. */
  join: (list: readonly string[], separator: string) => list.join(separator),
  /** True if both values are equal. */
  eq: (a: unknown, b: unknown) => a === b,
  /** True if the list contains the value. */
  has: (list: readonly unknown[], value: unknown) => list.includes(value),
  /** True for false, 0, a missing value, an empty string or an empty list. */
  not: (value: unknown) => !isTruthy(value),
  /** True if any of the values is true for `if`. */
  or: (...values: readonly unknown[]) => values.slice(0, -1).some(isTruthy),
} as const;

/** As `if` of Handlebars: an empty list is false. */
function isTruthy(value: unknown): boolean {
  return Boolean(value) && !(Array.isArray(value) && value.length === 0);
}

/** Helpers whose first argument may be undefined. For the others that is an error in the template. */
export const helpersAcceptingUndefined: ReadonlySet<string> = new Set<keyof typeof helpers>([
  'eq',
  'not',
  'or',
  'when',
]);
