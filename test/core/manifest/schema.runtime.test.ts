import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contractOf } from '../../../src/core/manifest/contract.ts';
import { checkManifestValue } from '../../../src/core/manifest/parse.ts';
import { ManifestSchema } from '../../../src/core/manifest/schema.ts';
import { draws, eachSeed } from '../../draws.ts';
import { candidateManifest, Draw, randomManifest } from '../pack/random-manifest.ts';
import { goodManifest } from './good-manifest.ts';
import { mutate } from './mutants.ts';

const runtime = new URL('../../../runtimes/node/src/modules/manifest.ts', import.meta.url).href;
const { Manifest } = (await import(runtime)) as { Manifest: { safeParse(value: unknown): { success: boolean } } };

// The tests of the runtimes read the same file.
const file = new URL('../../fixtures/types-by-hand.yaml', import.meta.url);
const byHand = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, object>>;

describe('the Node runtime', () => {
  it('accepts resources that are numbers, as the tool does', () => {
    const manifest = goodManifest('notes', {
      resources: { cpu: 2, memory: 1_000_000, max_concurrent_jobs: 3 } as never,
    });
    expect([ManifestSchema.safeParse(manifest).success, Manifest.safeParse(manifest).success]).toEqual([true, true]);
  });

  it.each(Object.entries(byHand.refused ?? {}))('and the tool refuse a manifest with %s', (_, part) => {
    expect(checkManifestValue({ ...byHand.manifest, ...part }).manifest).toBeUndefined();
  });

  it('accepts every manifest with types that the tool accepts, with the same fingerprint', async () => {
    await eachSeed(draws.quickChecks, (seed) => {
      const manifest = randomManifest(2 * seed);
      const { fingerprint } = contractOf(manifest);
      const expected = { success: true, data: { fingerprint: fingerprint() } };
      expect(Manifest.safeParse(manifest), JSON.stringify(manifest)).toMatchObject(expected);
    });
  });

  it(`accepts every manifest that the tool accepts, also among ${draws.manifestMutants * 8} mutants`, async () => {
    let accepted = 0;
    await eachSeed(draws.manifestMutants, (seed) => {
      const draw = new Draw(seed);
      const manifest = candidateManifest(draw) as object;
      for (let times = 0; times < 8; times += 1) {
        const mutant = structuredClone(manifest);
        mutate(draw, mutant);
        if (!ManifestSchema.safeParse(mutant).success) continue;
        accepted += 1;
        expect(Manifest.safeParse(mutant), JSON.stringify(mutant)).toMatchObject({ success: true });
      }
    });
    expect(accepted).toBeGreaterThan(0);
  });
});
