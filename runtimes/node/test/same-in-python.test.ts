import { expect, it } from 'vitest';
import { messageFor } from '../src/errors.ts';
import { idFromEvent } from '../src/jobs/id-from-event.ts';
import { fingerprintOf } from '../src/modules/fingerprint.ts';

// The tests of the Python runtime expect the same values.
it('gives a job that an event starts the same id in both runtimes', () => {
  expect(idFromEvent('notes', '3f2504e0-4f89-41d3-9a0c-0305e82c3301')).toBe('12f2a5eb-daf5-5fa1-98e7-88c824c89417');
});

it('identifies types in the same way in both runtimes', () => {
  const line = { type: 'number', minimum: 1e-7, maximum: 1e21, default: 1.5, examples: [100_000, -0.25, 3.0] };
  const text = { type: 'string', const: 'é😀\n"', required: true, '10': 1, '9': 2 };
  expect(fingerprintOf([{ Line: line, Also: text }, null, [], { b: [{}], a: [] }])).toBe('1a09a52d');
  const unpaired = { type: 'string', description: '\ud83d or \ude00, \ud83d\ude00' };
  expect(fingerprintOf([unpaired])).toBe('99206b6a');
});

it.each([
  ['timeout', 'The job took longer than allowed.'],
  ['provider_unavailable', 'The provider is not available.'],
  ['provider_rejected', 'The provider rejected the request.'],
  ['input_invalid', 'The input does not fit the type that the module expects.'],
  ['output_invalid', 'The output does not fit the type that the module promises.'],
  ['internal_error', 'The job failed because of an internal error.'],
  ['module_removed', 'The module was removed before the job was finished.'],
  ['other', 'The job failed.'],
])('has the same sentence for %s in both runtimes', (code, sentence) => expect(messageFor(code)).toBe(sentence));
