import { driftOf, hintFor } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const undeclaredEvent: CodeRule = {
  id: 'undeclared-event',
  kind: 'code',
  severity: 'error',
  summary: 'the code publishes an event that the manifest does not declare',
  why: 'Other modules cannot find an event that no manifest declares.',
  check: ({ manifest }, code) =>
    driftOf('published', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare the event ${name}`,
      hint: hintFor(meant, 'Add it to events_emitted.'),
    })),
};
