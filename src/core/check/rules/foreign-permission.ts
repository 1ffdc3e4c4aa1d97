import { problemAt, problemsIn } from '../../manifest/finding.ts';
import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import type { ManifestRule } from '../rule.ts';

export const foreignPermission: ManifestRule = {
  id: 'foreign-permission',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a permission has another namespace than the module',
  why: 'No endpoint of the module requires such a permission. It is misspelt, or it belongs to another module, which declares it.',
  check({ manifest, namespace }) {
    return problemsIn(manifest.permissions_required, (permission, index) => {
      if (isInNamespace(permission, namespace)) return undefined;
      const [, verb] = splitName(permission);
      const message = `the permission ${permission} is not in the namespace ${namespace} of this module`;
      return problemAt(['permissions_required', index], message, `Did you mean ${namespace}:${verb}?`);
    });
  },
};
