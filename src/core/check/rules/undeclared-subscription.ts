import { driftOf, hintFor } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const undeclaredSubscription: CodeRule = {
  id: 'undeclared-subscription',
  kind: 'code',
  severity: 'error',
  summary: 'the code handles an event that the manifest does not subscribe to',
  why: 'The maintainers of the event do not know that this module depends on it.',
  check: ({ manifest }, code) =>
    driftOf('handled', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not subscribe to ${name}`,
      hint: hintFor(meant, 'Add it to events_subscribed.'),
    })),
};
