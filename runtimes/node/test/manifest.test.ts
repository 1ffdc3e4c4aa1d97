import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Manifest } from '../src/modules/manifest.ts';

// The tests of the Python runtime and of the tool read the same file.
const file = new URL('../../../test/fixtures/types-by-hand.yaml', import.meta.url);
const { manifest, refused, accepted } = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, object>>;

describe('a manifest', () => {
  it.each(Object.entries(refused ?? {}))('is refused: %s', (_, part) => {
    expect(Manifest.safeParse({ ...manifest, ...part }).success).toBe(false);
  });

  it.each(Object.entries(accepted ?? {}))('is accepted: %s', (_, part) => {
    expect(Manifest.safeParse({ ...manifest, ...part }).error).toBeUndefined();
  });

  it('is refused if its types are nested too deeply', () => {
    let input: object = { type: 'string' };
    for (let depth = 0; depth < 21; depth += 1) input = { type: 'object', properties: { t: input } };
    expect(Manifest.safeParse({ ...manifest, input }).success).toBe(false);
  });
});
