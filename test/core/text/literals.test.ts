import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse as load, parse } from 'yaml';
import {
  docstringText,
  jsdocText,
  jsonLiteral,
  markdownText,
  oneLine,
  pyLiteral,
  shellJson,
  tomlLiteral,
  tsLiteral,
  yamlLiteral,
} from '../../../src/core/text/literals.ts';
import { hiddenTexts, hostileTexts } from '../hostile.ts';

const texts = [...hostileTexts, ...hiddenTexts];
const evaluate = (code: string): unknown => new Function(`'use strict'; return ${code};`)();
const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/;

describe.each(texts)('%s', (_, text) => {
  it('is preserved by every literal', () => {
    expect(evaluate(tsLiteral(text))).toBe(text);
    expect(JSON.parse(jsonLiteral(text))).toBe(text);
    expect(load(yamlLiteral(text))).toBe(text);
    expect(parse(yamlLiteral(text))).toBe(text);
    expect(load(`key: ${yamlLiteral(text)}\n`)).toEqual({ key: text });
    expect(JSON.parse(tomlLiteral(text))).toBe(text);
  });

  it('has no invisible characters in any literal', () => {
    for (const literal of [tsLiteral, pyLiteral, jsonLiteral, yamlLiteral, tomlLiteral])
      expect(literal(text)).not.toMatch(invisible);
  });

  it('is one line of prose without invisible characters', () => {
    expect(oneLine(text)).not.toMatch(invisible);
    expect(oneLine(text)).not.toMatch(/ {2}|^ | $/);
  });

  it('cannot end a JSDoc comment, and leaves no trailing spaces', () => {
    const comment = jsdocText(text, 2);
    expect(comment).not.toContain('*/');
    for (const line of comment.split('\n')) expect(line).toMatch(/^ {3}\* \S(.*\S)?$/);
    expect(evaluate(`1 /**\n${comment}\n   */`)).toBe(1);
  });

  it('cannot end a docstring or contain an incomplete escape', () => {
    const lines = docstringText(text, 4).split('\n');
    for (const [index, line] of lines.entries()) {
      expect(line).not.toContain('"');
      expect(line.replaceAll('\\\\', '')).not.toContain('\\');
      expect(line).toMatch(index === 0 ? /^\S(.*\S)?$/ : /^ {4}\S(.*\S)?$/);
    }
  });
});

const strings: [name: string, given: string, ts: string, py: string][] = [
  ['plain', 'abc', `'abc'`, `"abc"`],
  ['empty', '', `''`, `""`],
  ['an apostrophe takes double quotes', `it's`, `"it's"`, `"it's"`],
  ['a double quote takes single quotes in Python', 'a"b', `'a"b'`, `'a"b'`],
  ['equally many of both keep the preferred quotes', `'"`, `'\\'"'`, `"'\\""`],
  ['a line feed', 'a\nb', `'a\\nb'`, `"a\\nb"`],
  ['a bell', '\u0007', `'\\u0007'`, `"\\u0007"`],
  ['half a surrogate pair', '\ud83d!', `'\\ud83d!'`, `"\\ud83d!"`],
  ['an emoji stays', '✨', `'✨'`, `"✨"`],
];
it.each(strings)('quotes like formatters: %s', (_, given, ts, py) => {
  expect(tsLiteral(given)).toBe(ts);
  expect(pyLiteral(given)).toBe(py);
});

const others: [given: number | boolean | null, ts: string, py: string, json: string, yaml: string][] = [
  [true, 'true', 'True', 'true', 'true'],
  [false, 'false', 'False', 'false', 'false'],
  [null, 'null', 'None', 'null', 'null'],
  [0, '0', '0', '0', '0'],
  [-0, '0', '0', '0', '0'],
  [1.5, '1.5', '1.5', '1.5', '1.5'],
  [-3, '-3', '-3', '-3', '-3'],
  [1e21, '1e21', '1e21', '1e+21', '1.0e+21'],
  [1.5e300, '1.5e300', '1.5e300', '1.5e+300', '1.5e+300'],
  [1e-7, '1e-7', '1e-7', '1e-7', '1.0e-7'],
];
it.each(others)('writes %s in every language', (given, ts, py, json, yaml) => {
  expect([tsLiteral(given), pyLiteral(given), jsonLiteral(given), yamlLiteral(given)]).toEqual([ts, py, json, yaml]);
  expect(load(yaml)).toBe(given === 0 ? 0 : given);
  expect(parse(yaml)).toBe(given === 0 ? 0 : given);
});

it('writes numbers that YAML 1.1 also reads as numbers', () => {
  const float11 = /^[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?$/;
  for (const value of [1e21, 1.5e300, 1e-7, -2e50, 1.25]) expect(yamlLiteral(value)).toMatch(float11);
});

const markdown: [name: string, given: string, want: string][] = [
  ['plain', 'Counts words.', 'Counts words.'],
  ['emphasis', '*a* _b_ `c`', '\\*a\\* \\_b\\_ \\`c\\`'],
  ['a heading', '# a', '\\# a'],
  ['a list', '- a', '\\- a'],
  ['another list', '+ a', '\\+ a'],
  ['a numbered list', '12. a', '12\\. a'],
  ['a numbered list with a bracket', '1) a', '1\\) a'],
  ['an underline', '=== a', '\\=== a'],
  ['a dash inside a line', 'a - b', 'a - b'],
  ['HTML', '<b>&amp;', '&lt;b&gt;&amp;amp;'],
  ['a link', '[a](b)', '\\[a\\](b)'],
  ['several lines', ' a\n\n# b ', 'a \\# b'],
];
it.each(markdown)('escapes for Markdown: %s', (_, given, want) => expect(markdownText(given)).toBe(want));

describe('wrapping', () => {
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');

  it('breaks comments at spaces, within the line width', () => {
    const lines = jsdocText(words, 2).split('\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(lines.map((line) => line.slice('   * '.length)).join(' ')).toBe(words);
  });

  it('cuts a word that is longer than a line, but not within an emoji', () => {
    const lines = docstringText('✨🧠'.repeat(300), 4).split('\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.map((line) => line.trim()).join('')).toBe('✨🧠'.repeat(300));
    for (const line of lines) expect(line).not.toMatch(/\p{Surrogate}/u);
  });

  it('indents every line but the first of a docstring', () => {
    expect(docstringText(words, 8).split('\n').slice(1)).toSatisfy((lines: string[]) =>
      lines.every((line) => line.startsWith('        word')),
    );
  });
});

it.each([1e9, 20])('writes JSON that a shell reads back, %d columns wide', (width) => {
  const value = { texts: texts.map(([, text]) => text), "it's": [1, null, { a: true }] };
  const quoted = shellJson(value, width);
  expect(quoted.replaceAll('\n', '')).not.toMatch(invisible);
  expect(quoted.includes('\n')).toBe(width === 20);
  expect(JSON.parse(execFileSync('sh', { input: `printf %s ${quoted}`, encoding: 'utf8' }))).toEqual(value);
});
