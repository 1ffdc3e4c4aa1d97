import { driftOf, hintFor } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const undeclaredPermission: CodeRule = {
  id: 'undeclared-permission',
  kind: 'code',
  severity: 'error',
  summary: 'the code requires a permission that the manifest does not declare',
  why: 'A permission that is not declared is granted to nobody: callers get 403.',
  check: ({ manifest }, code) =>
    driftOf('permissions', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare the permission ${name}`,
      hint: hintFor(meant, 'Add it to permissions_required.'),
    })),
};
