import {
  docstringText,
  jsdocText,
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
  camel: (name: string) => camelCase(name),
  pascal: (name: string) => pascalCase(name).replaceAll('_', ''),
  kebab: (name: string) => kebabCase(name),
  snake: (name: string) => snakeCase(name),
  upper: (name: string) => name.toUpperCase(),
  ts: tsLiteral,
  py: pyLiteral,
  json: jsonLiteral,
  yaml: yamlLiteral,
  toml: tomlLiteral,
  md: (text: string) => markdownText(text),
  line: (text: string) => oneLine(text),
  jsdoc: (text: string, indent: unknown) => jsdocText(text, typeof indent === 'number' ? indent : 0),
  docstring: (text: string, indent: unknown) => docstringText(text, typeof indent === 'number' ? indent : 0),
  join: (list: readonly string[], separator: string) => list.join(separator),
  eq: (a: unknown, b: unknown) => a === b,
  has: (list: readonly unknown[], value: unknown) => list.includes(value),
  not: (value: unknown) => !value || (Array.isArray(value) && value.length === 0),
} as const;

export type HelperName = keyof typeof helpers;
