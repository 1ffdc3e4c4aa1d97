import { describe, expect, it } from 'vitest';
import {
  camelCase,
  classNameFor,
  invalidModuleNameReason,
  isKeyword,
  kebabCase,
  pascalCase,
  snakeCase,
  suggestModuleName,
  titleOf,
  uniqueName,
} from '../../../src/core/text/names.ts';

describe('whyNotModuleName', () => {
  const good = ['ab', 'document_search', 'a1', 'x_', 'a__b', 'lists', 'health2', 'module', 'a'.repeat(50)];
  it.each(good)('accepts %s', (name) => expect(invalidModuleNameReason(name)).toBeUndefined());

  const bad: [given: string, reason: string][] = [
    ['', 'is empty'],
    ['a', 'too short'],
    ['a'.repeat(51), 'has 51 characters'],
    ['a'.repeat(300), 'has 300 characters'],
    ['../etc', 'looks like a path'],
    ['a/b', 'looks like a path'],
    ['a\\b', 'looks like a path'],
    ['..', 'looks like a path'],
    ['1st', 'must start with'],
    ['_private', 'must start with'],
    ['Document', 'must start with'],
    ['Élan', 'must start with'],
    ['my module', 'may contain only'],
    ['my-module', 'may contain only'],
    ['myModule', 'may contain only'],
    ['résumé', 'may contain only'],
    ['ab\n', 'may contain only'],
    ['class', 'keyword'],
    ['import', 'keyword'],
    ['none', 'keyword'],
    ['lambda', 'keyword'],
    ['await', 'keyword'],
    ['eval', 'keyword'],
    ['arguments', 'keyword'],
    ['constructor', 'keyword'],
    ['list', 'reserved'],
    ['health', 'reserved'],
    ['host', 'reserved: the host uses it'],
  ];
  it.each(bad)('rejects %j', (name, reason) => expect(invalidModuleNameReason(name)).toContain(reason));
});

describe('suggestModuleName', () => {
  const cases: [given: string, want: string | undefined][] = [
    ['My Module', 'my_module'],
    ['documentSearch', 'document_search'],
    ['../../etc/passwd', 'passwd'],
    ['a/b/Résumé Analyser', 'resume_analyser'],
    ['C:\\modules\\ocr\\', 'ocr'],
    ['2nd-try', 'nd_try'],
    ['class', 'class_module'],
    ['list', 'list_module'],
    ['x', 'x_module'],
    ['123', undefined],
    ['日本語', undefined],
    ['', undefined],
    ['a'.repeat(80), 'a'.repeat(50)],
  ];
  it.each(cases)('%j → %s', (given, want) => {
    expect(suggestModuleName(given)).toBe(want);
    if (want !== undefined) expect(invalidModuleNameReason(want)).toBeUndefined();
  });
});

it.each([
  ['document_search', 'Document search'],
  ['ocr', 'Ocr'],
  ['a__b_', 'A b'],
  ['v2_ocr', 'V2 ocr'],
])('titleOf(%s) = %s', (given, want) => expect(titleOf(given)).toBe(want));

it.each([
  ['document_search', 'DocumentSearchModule'],
  ['search_module', 'SearchModule'],
  ['module', 'AiModule'],
  ['module_2', 'Module2'],
  ['ocr2', 'Ocr2Module'],
  ['a__b', 'ABModule'],
  ['base_ai', 'BaseAiAiModule'],
  ['base_a_i', 'BaseAIAiModule'],
])('classNameFor(%s) = %s', (given, want) => expect(classNameFor(given)).toBe(want));

it.each([
  ['document_search', 'documentSearch', 'DocumentSearch', 'document-search', 'document_search'],
  ['PDF2Text v2', 'pdf2TextV2', 'Pdf2TextV2', 'pdf2-text-v2', 'pdf2_text_v2'],
  ['myHTTPServer', 'myHttpServer', 'MyHttpServer', 'my-http-server', 'my_http_server'],
])('cases of %s', (given, camel, pascal, kebab, snake) =>
  expect([camelCase(given), pascalCase(given), kebabCase(given), snakeCase(given)]).toEqual([
    camel,
    pascal,
    kebab,
    snake,
  ]),
);

it('knows keywords of both languages in any case', () => {
  expect(['class', 'None', 'TRUE', 'let', 'nonlocal', 'enum'].every(isKeyword)).toBe(true);
  expect(['process', 'match_', 'of', 'type'].some(isKeyword)).toBe(false);
});

it('makes names that are distinct in every case convention of templates', () => {
  const used = new Set(['process']);
  const names = ['reindex', 'reindex', 're_index', 'process', 'by_x__y', 'by_x_y', 'reindex_2'];
  const unique = names.map((name) => uniqueName(name, used));
  expect(unique).toEqual(['reindex', 'reindex_2', 're_index_3', 'process_2', 'by_x__y', 'by_x_y_2', 'reindex_2_2']);
  expect(new Set(unique.map((name) => camelCase(name).toLowerCase())).size).toBe(names.length);
});
