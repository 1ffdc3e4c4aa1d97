import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const unrequiredPermission: CodeRule = {
  id: 'unrequired-permission',
  kind: 'code',
  severity: 'error',
  summary: 'no route requires a permission that the manifest declares',
  why: 'Administrators who grant the permission expect it to protect something.',
  check: ({ manifest }, code) =>
    missingIn('permissions', manifest, code).map(({ name, path }) =>
      problemAt(
        path,
        `no route requires ${name}`,
        'Require it in the routes that it protects, or remove it from permissions_required.',
      ),
    ),
};
