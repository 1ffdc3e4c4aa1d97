import type { AgainstRule } from '../rule.ts';

/** Rules of `validate --against`, which compares contracts with those at a git ref. */
export const againstRules: readonly AgainstRule[] = [
  {
    id: 'breaking-change',
    kind: 'against',
    severity: 'error',
    summary: 'a change breaks callers, subscribers or operators, and the version does not tell them',
    why: 'The version is how others learn that they have to change something. docs/versions.md lists all kinds of changes.',
  },
  {
    id: 'compatible-change',
    kind: 'against',
    severity: 'error',
    summary: 'the contract has a compatible change, and the version has no step for it',
    why: 'Without a step, two different contracts have the same version, and nobody can require the newer one.',
  },
  {
    id: 'lower-version',
    kind: 'against',
    severity: 'error',
    summary: 'the version is lower than the one at the git ref',
    why: 'Usually the branch is behind the other one, or a merge took the older version.',
  },
  {
    id: 'not-compared',
    kind: 'against',
    severity: 'warning',
    summary: 'the manifest at the git ref, or a field of it, cannot be compared',
    why: 'A breaking change may be missed.',
  },
  {
    id: 'removed-module',
    kind: 'against',
    severity: 'warning',
    summary: 'a module of the git ref does not exist any more',
    why: 'Everything that uses it breaks, and it has no version any more that could announce this.',
  },
];
