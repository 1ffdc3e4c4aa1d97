import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const unrequiredPermission: CodeRule = {
  id: 'unrequired-permission',
  kind: 'code',
  severity: 'error',
  summary: 'no route of the code requires a permission of the manifest',
  why: 'Who grants it believes that something is protected by it.',
  check: ({ manifest }, code) =>
    missingIn('permissions', manifest, code).map(({ name, path }) =>
      problemAt(path, `no route of the code requires ${name}`, 'Require it where it is meant, or remove it.'),
    ),
};
