import { expect, it } from 'vitest';
import { nearestWord } from '../../../src/core/text/nearest-word.ts';

const words = ['name', 'version', 'description', 'endpoints', 'permissions_required', 'events_emitted', 'cpu'];

const cases: [given: string, want: string | undefined][] = [
  ['name', 'name'],
  ['nmae', 'name'],
  ['Name', 'name'],
  ['verison', 'version'],
  ['versoin', 'version'],
  ['desc', 'description'],
  ['endpoint', 'endpoints'],
  ['endponts', 'endpoints'],
  ['permission', 'permissions_required'],
  ['events_emited', 'events_emitted'],
  ['cpus', 'cpu'],
  ['cp', 'cpu'],
  ['n', undefined],
  ['', undefined],
  ['zebra', undefined],
  ['x'.repeat(10_000), undefined],
];
it.each(cases)('%j → %s', (given, want) => expect(nearestWord(given, words)).toBe(want));

it('returns the nearest word, and the first of equally near ones', () => {
  expect(nearestWord('tests', ['text', 'test', 'tent'])).toBe('test');
  expect(nearestWord('cat', ['bat', 'hat'])).toBe('bat');
});
