import { expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/core/text/fingerprint.ts';

// The tests of the runtimes have the same value.
it('identifies types as the runtimes do', () => {
  const line = { type: 'number', minimum: 1e-7, maximum: 1e21, default: 1.5, examples: [100_000, -0.25, 3.0] };
  const text = { type: 'string', const: 'é😀\n"', required: true, '10': 1, '9': 2 };
  expect(fingerprintOf([{ Line: line, Also: text }, null, [], { b: [{}], a: [] }])).toBe('1a09a52d');
  const unpaired = { type: 'string', description: '\ud83d or \ude00, \ud83d\ude00' };
  expect(fingerprintOf([unpaired])).toBe('99206b6a');
});
