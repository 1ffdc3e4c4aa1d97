import { expect, it } from 'vitest';
import { checkExactly, checkQuickly } from '../../../src/core/lint/check-manifest.ts';
import { byKind } from '../../../src/core/lint/rule.ts';
import { rules } from '../../../src/core/lint/rules.ts';
import { draws, eachSeed } from '../../draws.ts';
import { goodManifest } from '../manifest/good-manifest.ts';
import { Draw } from '../pack/random-manifest.ts';
import { mutateText, styles } from '../yaml/yaml-mutants.ts';

it('accepts no manifest in which the exact check finds a problem', async () => {
  let accepted = 0;
  const active = byKind(rules);
  await eachSeed(draws.quickChecks, async (seed) => {
    const draw = new Draw(seed);
    for (const whole of styles(draw, goodManifest(draw.one(['document_search', 'image_search'])))) {
      const given = { file: 'm', folder: undefined, text: draw.below(4) === 0 ? whole : mutateText(draw, whole) };
      const facts = checkQuickly(given, active);
      if (facts === undefined) continue;
      accepted += 1;
      const { diagnostics, ...exact } = await checkExactly(given, active);
      expect({ given, diagnostics, facts: exact.facts }).toEqual({ given, diagnostics: [], facts });
    }
  });
  expect(accepted).toBeGreaterThan(draws.quickChecks / 2);
});
