import { expect, it } from 'vitest';
import { checkManifest } from '../../../src/core/check/check-manifest.ts';
import { rules } from '../../../src/core/check/rules.ts';
import { byKind } from '../../../src/core/check/rules-by-kind.ts';
import { goodManifest } from '../manifest/good-manifest.ts';
import { Draw } from '../pack/random-manifest.ts';
import { mutateText, styles } from '../text/yaml-mutants.ts';

/** A comment at the end, on a line of its own, that keeps the text from being read quickly and says nothing else. */
const closer = '\n# ai-modules-ignored by nobody\n';

it('takes nothing quickly that the exact reader finds something in', async () => {
  let right = 0;
  // One for all: what is remembered of a manifest must not tell of the next.
  const asked = byKind(rules);
  const check = (text: string) => checkManifest({ file: 'm', folder: undefined, text }, asked);
  for (let seed = 1; seed <= 150; seed += 1) {
    const draw = new Draw(seed * 15_485_863);
    for (const whole of styles(draw, goodManifest())) {
      const text = draw.below(4) === 0 ? whole : mutateText(draw, whole);
      const quick = await check(text);
      if (quick.diagnostics.length > 0) continue;
      right += 1;
      expect({ text, ...(await check(text + closer)) }).toEqual({ text, ...quick });
    }
  }
  expect(right).toBeGreaterThan(100);
});
