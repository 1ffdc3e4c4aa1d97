import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../src/core/lint/against/change-kinds.ts';
import { compareVersions, makesStep, stepFor, versionAfter } from '../../../../src/core/lint/against/version-step.ts';

describe('the step that a change needs', () => {
  it.each<[from: string, verdict: Verdict, needed: string]>([
    ['1.2.3', 'breaking', '2.0.0'],
    ['1.2.3', 'compatible', '1.3.0'],
    ['0.2.3', 'breaking', '0.3.0'],
    ['0.2.3', 'compatible', '0.2.4'],
    ['0.0.3', 'breaking', '0.1.0'],
    ['1.0.0-rc.1', 'breaking', '1.0.0'],
    ['1.2.3+build.5', 'compatible', '1.3.0'],
    ['9007199254740993.0.0', 'breaking', '9007199254740994.0.0'],
  ])('from %s', (from, verdict, needed) => {
    const step = stepFor(verdict, from);
    expect(versionAfter(from, step)).toBe(needed);
    expect(makesStep(from, needed, step)).toBe(true);
    expect(makesStep(from, from, step)).toBe(false);
  });

  it.each<[from: string, to: string, verdict: Verdict, isEnough: boolean]>([
    ['1.2.3', '1.9.9', 'breaking', false],
    ['1.2.3', '2.0.0-rc.1', 'breaking', true],
    ['1.2.3', '3.1.4', 'breaking', true],
    ['1.2.3', '1.2.4', 'compatible', false],
    ['1.2.3', '2.0.0', 'compatible', true],
    ['1.2.3', '1.3.0-beta', 'compatible', true],
    ['1.2.3', '1.1.9', 'compatible', false],
    ['0.2.3', '0.2.4', 'breaking', false],
    ['0.2.3', '1.0.0', 'breaking', true],
    ['0.2.3', '0.2.4', 'compatible', true],
    ['0.2.3', '0.2.4-rc.1', 'compatible', true],
    ['0.2.3', '0.2.3+1', 'compatible', false],
    ['2.0.0-rc.1', '2.0.0-rc.2', 'breaking', true],
    ['2.0.0-rc.1', '2.0.0', 'breaking', true],
    ['2.0.0-rc.2', '2.0.0-rc.1', 'compatible', false],
  ])('from %s to %s, a %s change: %s', (from, to, verdict, isEnough) => {
    expect(makesStep(from, to, stepFor(verdict, from))).toBe(isEnough);
  });
});

it('versions have the order of semver.org', () => {
  const sorted =
    '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.10.0 2.0.0';
  const versions = sorted.split(' ');
  for (const [index, version] of versions.entries())
    for (const [other, second] of versions.entries())
      expect(Math.sign(compareVersions(version, second))).toBe(Math.sign(index - other));
  expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
});
