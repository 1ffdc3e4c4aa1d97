import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parse as readYaml } from 'yaml';
import { manifestJsonSchema } from '../../../../src/core/manifest/reference/json-schema.ts';
import { ManifestSchema, patterns } from '../../../../src/core/manifest/schema.ts';
import { draws, eachSeed } from '../../../draws.ts';
import { candidateManifest, Draw, randomManifest } from '../../pack/random-manifest.ts';
import { goodText } from '../good-manifest.ts';
import { mutate } from '../mutants.ts';

const schema = manifestJsonSchema(parse);
/** In strict mode, unknown and misplaced keywords are errors. */
const validate = new Ajv({ strict: true, allErrors: false }).addVocabulary(['patternErrorMessage']).compile(schema);

/** Every mapping in a JSON Schema, at any depth. */
function partsOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(partsOf);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}

describe('the JSON Schema of the manifest', () => {
  it('is the file that the package contains', () => {
    const shipped = readFileSync(new URL('../../../../docs/schema/manifest.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(shipped)).toEqual(schema);
  });

  it('accepts a manifest, and refuses one with an unknown key', () => {
    expect(validate(readYaml(goodText()))).toBe(true);
    expect(validate(readYaml(goodText({ author: 'autor: Ada' })))).toBe(false);
  });

  it('describes every key, with valid examples', () => {
    const properties = schema.properties as Record<string, { description: string; examples: unknown[] }>;
    for (const [key, { description, examples }] of Object.entries(properties)) {
      expect(description.length).toBeGreaterThan(10);
      for (const example of examples)
        expect(validate({ ...(readYaml(goodText()) as object), [key]: example })).toBe(true);
    }
  });

  it('has a message in plain English beside every pattern', () => {
    const messages = partsOf(schema).flatMap((part) =>
      typeof part.pattern === 'string' ? [[part.pattern, part.patternErrorMessage]] : [],
    );
    expect(messages.length).toBeGreaterThan(15);
    for (const [pattern, message] of messages)
      expect({ pattern, message }).toEqual({ pattern, message: expect.stringMatching(/^The (value|key) [^\\^]+\.$/) });
    expect(messages.map(([, message]) => message)).toContain(`The value ${patterns.version[1]}.`);
  });

  it('accepts every type that the tool accepts, and no other keyword', async () => {
    await eachSeed(draws.quickChecks, (seed) => {
      const manifest = randomManifest(seed * 2);
      if (!validate(manifest)) expect({ seed, errors: validate.errors }).toBe('accepted');
    });
    const typed = (input: unknown) => validate({ ...(readYaml(goodText()) as object), input });
    expect(typed({ type: 'object', properties: { a: { type: ['integer', 'null'], minimum: 1 } } })).toBe(true);
    expect(typed({ type: 'object', properties: { a: { type: 'integer', multipleOf: 2 } } })).toBe(false);
    expect(typed({ type: 'object', properties: { a: { $ref: '#/types/lower' } } })).toBe(false);
    expect(typed('object')).toBe(false);
  });

  it(`agrees with the schema of the tool on ${draws.manifestMutants * 8} mutants`, async () => {
    const counts = { taken: 0, refused: 0 };
    await eachSeed(draws.manifestMutants, (seed) => {
      const draw = new Draw(seed);
      const manifest = candidateManifest(draw) as object;
      for (let times = 0; times < 8; times += 1) {
        const mutant = structuredClone(manifest);
        mutate(draw, mutant);
        const { success: isTaken } = ManifestSchema.safeParse(mutant);
        counts[isTaken ? 'taken' : 'refused'] += 1;
        if (validate(mutant) !== isTaken) expect({ seed, mutant, isTaken, errors: validate.errors }).toBe('agreed on');
      }
    });
    // Both valid and invalid mutants are frequent.
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(draws.manifestMutants);
  });
});
