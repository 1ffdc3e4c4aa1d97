import type { Verdict } from './change-kinds.ts';

interface Version {
  /** Major, minor, patch. */
  readonly numbers: readonly [bigint, bigint, bigint];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

/** A valid semantic version. Build metadata has no meaning for its order. */
function parse(text: string): Version {
  const [core = '', ...rest] = (text.split('+')[0] ?? '').split('-');
  const [major = 0n, minor = 0n, patch = 0n] = core.split('.').map(BigInt);
  const prerelease = rest.join('-');
  return { numbers: [major, minor, patch], prerelease: prerelease === '' ? [] : prerelease.split('.') };
}

/** Negative if `a` is lower than `b`, as on semver.org. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return compareNumbers(left, right) || comparePrereleases(left.prerelease, right.prerelease);
}

function compareNumbers(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] as bigint;
    if (number !== other) return number < other ? -1 : 1;
  }
  return 0;
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(part), /^\d+$/.test(other)];
    if (isNumber && isOtherNumber) return BigInt(part) < BigInt(other) ? -1 : 1;
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

export type Step = 'major' | 'minor' | 'patch' | 'later';

/** The step that a change needs. After a pre-release, any later version will do. */
export function stepFor(verdict: Verdict, from: string): Step {
  const { numbers, prerelease } = parse(from);
  if (prerelease.length > 0) return 'later';
  if (numbers[0] === 0n) return verdict === 'breaking' ? 'minor' : 'patch';
  return verdict === 'breaking' ? 'major' : 'minor';
}

/** Whether the step from one version to another is at least `step`. */
export function makesStep(from: string, to: string, step: Step): boolean {
  if (compareVersions(to, from) <= 0) return false;
  if (step === 'later') return true;
  const [old, now] = [parse(from).numbers, parse(to).numbers];
  const changed = old.findIndex((number, index) => number !== now[index]);
  return changed !== -1 && changed <= ['major', 'minor', 'patch'].indexOf(step);
}

/** The lowest version after the step. */
export function versionAfter(from: string, step: Step): string {
  const [major, minor, patch] = parse(from).numbers;
  switch (step) {
    case 'major':
      return `${major + 1n}.0.0`;
    case 'minor':
      return `${major}.${minor + 1n}.0`;
    case 'patch':
      return `${major}.${minor}.${patch + 1n}`;
    case 'later':
      return `${major}.${minor}.${patch}`;
  }
}
