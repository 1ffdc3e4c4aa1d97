import { expect, it } from 'vitest';
import { messageFor } from '../src/errors.ts';
import { idFromEvent } from '../src/jobs/id-from-event.ts';

// The tests of the Python runtime expect the same values.
it('gives a job that an event starts the same id in both runtimes', () => {
  expect(idFromEvent('notes', '3f2504e0-4f89-41d3-9a0c-0305e82c3301')).toBe('12f2a5eb-daf5-5fa1-98e7-88c824c89417');
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
