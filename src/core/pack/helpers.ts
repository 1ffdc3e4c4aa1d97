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

/**
 * The closed set of helpers that templates may use; docs/packs.md lists them.
 * A value of the user's reaches a file only through the literal helper of that file's language.
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
  /** Capitals, nothing else changed. */
  upper: (name: string) => name.toUpperCase(),
  /** A TypeScript literal: text, number, true, false or null. */
  ts: tsLiteral,
  /** A Python literal. */
  py: pyLiteral,
  /** A JSON value. */
  json: jsonLiteral,
  /** A YAML scalar; every text in quotes, so that no reader takes it for something else. */
  yaml: yamlLiteral,
  /** A TOML value. */
  toml: tomlLiteral,
  /** Prose on one line of Markdown, shown as it stands. */
  md: (text: string) => markdownText(text),
  /** Prose for a line comment: no line breaks, nothing hidden. */
  line: (text: string) => oneLine(text),
  /** A JSDoc comment, wrapped where it is long; the second argument is its indentation. */
  jsdoc: (text: string, indent: unknown) => jsdocComment(text, typeof indent === 'number' ? indent : 0),
  /** The inside of a Python docstring, wrapped; the second argument is its indentation. */
  docstring: (text: string, indent: unknown) => docstringText(text, typeof indent === 'number' ? indent : 0),
  /** The entries of a list with a separator between them. */
  join: (list: readonly string[], separator: string) => list.join(separator),
  /** True when both are the same value. */
  eq: (a: unknown, b: unknown) => a === b,
  /** True when the list holds the value. */
  has: (list: readonly unknown[], value: unknown) => list.includes(value),
  /** True for false, nothing, an empty text or an empty list. */
  not: (value: unknown) => !value || (Array.isArray(value) && value.length === 0),
  /** True when one of the values would be true for `if`. */
  or: (...values: readonly unknown[]) =>
    values.slice(0, -1).some((value) => value && !(Array.isArray(value) && value.length === 0)),
} as const;

/** Those that may be asked about what is not there; the others must be given a value. */
export const helpersAcceptingUndefined: ReadonlySet<string> = new Set<keyof typeof helpers>(['eq', 'not', 'or']);
