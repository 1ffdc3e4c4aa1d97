import { driftOf, hintFor } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const undeclaredRoute: CodeRule = {
  id: 'undeclared-route',
  kind: 'code',
  severity: 'error',
  summary: 'the code has a route that the manifest does not declare',
  why: 'A route that is not in the manifest is not reviewed, and gateways do not know it.',
  check: ({ manifest }, code) =>
    driftOf('routes', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare ${name}`,
      hint: hintFor(meant, 'Add it to endpoints, or remove the route.'),
    })),
};
