import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

const head = `name: ocr
version: "1.0.0"
description: Reads the text in pictures.
author: Ada Lovelace
class_name: OcrModule
`;
const input = (property: string): string => `input:\n  type: object\n  properties:\n    it: ${property}\n`;
const nested = (depth: number): string =>
  `${'{ type: array, items: '.repeat(depth)}{ type: string }${' }'.repeat(depth)}`;

/** What JSON Schema, OpenAPI and similar languages have beyond the subset. */
const unsupported = (
  '$anchor $comment $defs $dynamicAnchor $dynamicRef $id $recursiveAnchor $recursiveRef $schema $vocabulary ' +
  'additionalItems allOf anyOf contains contentEncoding contentMediaType contentSchema definitions dependencies ' +
  'dependentRequired dependentSchemas deprecated else example externalDocs if maxContains maxProperties minContains ' +
  'minProperties multipleOf not nullable patternProperties prefixItems propertyNames readOnly then title ' +
  'unevaluatedItems unevaluatedProperties uniqueItems writeOnly xml'
).split(' ');

/** `¦` marks where the problem is. */
type Case = [name: string, marked: string, message: string];
const cases: Case[] = [
  ...unsupported.map(
    (keyword): Case => [
      `the keyword ${keyword}`,
      input(`{ type: string, ¦${keyword}: 1 }`),
      `input.properties.it has the keyword "${keyword}", which types do not support (types)`,
    ],
  ),
  ...['(?<=a)b', '(?<name>a)', '\\p{L}', '(?P<name>a)', '\\Aa', '(?i)a', 'a++', '\\1', 'a(?=b)', '\\b'].map(
    (pattern): Case => [
      `the pattern ${pattern}`,
      input(`{ type: string, pattern: ¦'${pattern}' }`),
      'input.properties.it.pattern ',
    ],
  ),
  [
    'a reference to itself',
    'types:\n  A: ¦{ type: object, properties: { b: { $ref: "#/types/B" } } }\n' +
      '  B: { type: array, items: { $ref: "#/types/A" } }\ninput: { $ref: "#/types/A" }\n',
    'the type A contains itself: A → B → A (types)',
  ],
  [
    'a reference to nothing',
    input('{ $ref: ¦"#/types/Lines" }'),
    'input.properties.it.$ref: there is no type Lines (types)',
  ],
  [
    'a reference elsewhere',
    input('{ $ref: ¦"other.yaml#/Line" }'),
    'input.properties.it.$ref must be "#/types/Name", the name of a type of this manifest (types)',
  ],
  [
    'a default that does not fit',
    input('{ type: string, maxLength: 3, default: ¦words }'),
    'input.properties.it.default must have at most 3 characters (types)',
  ],
  [
    'a sample that does not fit',
    input('{ type: object, properties: { n: { type: integer } }, examples: [{ n: ¦1.5 }] }'),
    'input.properties.it.examples[0].n must be an integer (types)',
  ],
  [
    'a type without a value that fits',
    input('¦{ type: string, pattern: "^b$", minLength: 2 }'),
    'input.properties.it: no value that fits was found (types)',
  ],
  ['a name of Python', 'types:\n  ¦None: { type: string }\n', 'the type name None is reserved'],
  ['a name of TypeScript', 'types:\n  ¦Promise: { type: string }\n', 'the type name Promise is reserved'],
  [
    'a property that every object has',
    'input: { type: object, properties: { ¦constructor: { type: string } } }\n',
    'the property name "constructor" is reserved',
  ],
  [
    'a property in camel case',
    'input: { type: object, properties: { ¦maxPages: { type: integer } } }\n',
    'the property name "maxPages" must be snake_case',
  ],
  [
    'a deep type',
    input(`${'{ type: array, items: '.repeat(20)}¦{ type: null }${' }'.repeat(20)}`).replace('null', '"null"'),
    '',
  ],
  ['types that are 100 levels deep', input(nested(120)), 'nested more than 100 levels deep (too-deep)'],
  ['an input that is no object', 'input: ¦{ type: string }\n', 'input must be an object (types)'],
  ['an empty input', 'input: ¦\n', 'input must be a schema (types)'],
  [
    'a payload',
    'events_emitted:\n  - { event: ocr.read_out, payload: { type: object, properties: { page: { type: ¦int } } } }\n',
    'events_emitted[0].payload.properties.page.type: "int" is not a type (types)',
  ],
  [
    'an unknown key of an event',
    'events_emitted:\n  - { event: ocr.read_out, ¦paylod: { type: object } }\n',
    'unknown key "paylod" (unknown-key)',
  ],
  [
    'an endpoint without its path',
    'endpoints:\n  - ¦{ input: { type: object } }\n',
    'endpoints[0].endpoint is missing',
  ],
];

describe('a manifest with types that are not supported', async () => {
  const root = await newHost();

  it.each(cases)('%s: one message with its position, and nothing is written', async (_, marked, message) => {
    const text = head + marked.replace('¦', '');
    const above = (head + marked.slice(0, marked.indexOf('¦'))).split('\n');
    const place = marked.includes('¦') ? `:${above.length}:${(above.at(-1) ?? '').length + 1} error ` : ' error ';
    const folder = tempFolder();
    mkdirSync(join(folder, 'ocr'));
    writeFileSync(join(folder, 'ocr/manifest.yaml'), text);
    const validated = await runIn(folder, ['validate', 'ocr/manifest.yaml']);
    expect(validated.code).toBe(1);
    expect(validated.out).toContain(message);
    expect(validated.out).toContain(`ocr/manifest.yaml${place.replace(' error ', '')}`);
    expect(validated.out).toContain('1 error in 1 manifest');

    const before = readdirSync(root, { recursive: true }).sort();
    const { code, err } = await runIn(root, ['new', 'ocr', '--from', join(folder, 'ocr/manifest.yaml'), '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).toContain('manifest.yaml has 1 error; nothing was written.');
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(before);
  });

  it('a schema of 1 MB is refused before it is read', async () => {
    const folder = tempFolder();
    const wide = Array.from({ length: 40_000 }, (_, index) => `    p${index}: { type: string }\n`).join('');
    writeFileSync(join(folder, 'manifest.yaml'), `${head}input:\n  type: object\n  properties:\n${wide}`);
    const { code, err } = await runIn(root, ['new', 'ocr', '--from', join(folder, 'manifest.yaml'), '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('the limit is 1000000')]);
    expect(readdirSync(root)).not.toContain('modules');
  });

  it('a manifest that grows over 1 MB as it is written is refused', async () => {
    const folder = tempFolder();
    // In the written manifest, each of these backslashes is escaped.
    const property = `{ type: string, description: '${'\\'.repeat(1_000)}' }`;
    const properties = Array.from({ length: 150 }, (_, index) => `p${index}: ${property}`).join(', ');
    const types = ['A', 'B', 'C', 'D'].map((name) => `  ${name}: { type: object, properties: { ${properties} } }\n`);
    writeFileSync(join(folder, 'manifest.yaml'), `${head}types:\n${types.join('')}`);
    const { code, err } = await runIn(root, ['new', 'ocr', '--from', join(folder, 'manifest.yaml'), '--yes']);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/modules\/ocr\/manifest.yaml has 12\d{5} bytes; the limit is/),
    ]);
    expect(readdirSync(root)).not.toContain('modules');
  });

  it('masks a default of a property that is named like a secret', async () => {
    const folder = tempFolder();
    writeFileSync(
      join(folder, 'manifest.yaml'),
      head +
        input(
          '{ type: object, properties: { password: { type: string, default: hunter2, examples: [hunter3], maxLength: 3 } } }',
        ),
    );
    const { code, out } = await runIn(folder, ['validate', 'manifest.yaml']);
    expect([code, out]).toEqual([1, expect.stringContaining('password.default must have at most 3 characters')]);
    expect(out).not.toMatch(/hunter[23]/);
  });
});
