import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestJsonSchema } from '../../../src/core/manifest/reference/json-schema.ts';
import { jsonText } from '../../../src/core/text/json-text.ts';

const biome = fileURLToPath(new URL('../../../node_modules/.bin/biome', import.meta.url));

it('preserves the value', () => {
  const value = { a: [1, 'two', null], b: {}, c: [], d: { e: [{ f: true }] } };
  expect(JSON.parse(jsonText(value))).toEqual(value);
  expect(jsonText({ a: [1, 2], b: [{ c: null }] })).toBe(
    '{\n  "a": [1, 2],\n  "b": [\n    {\n      "c": null\n    }\n  ]\n}\n',
  );
});

it("formats the manifest's schema like Biome", () => {
  const text = jsonText(manifestJsonSchema(parse));
  const config = ['--indent-style=space', '--line-width=120', '--vcs-enabled=false', '--stdin-file-path=any.json'];
  expect(execFileSync(biome, ['format', ...config], { input: text, encoding: 'utf8' })).toBe(text);
});
