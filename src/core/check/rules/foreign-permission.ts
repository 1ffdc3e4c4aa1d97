import { problemAt, problemsIn } from '../../manifest/finding.ts';
import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import type { ManifestRule } from '../rule.ts';

export const foreignPermission: ManifestRule = {
  id: 'foreign-permission',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a permission begins with another namespace than the others',
  why: 'No endpoint of the module asks for it: it is a misspelling, or a permission of another module, which declares it.',
  check({ manifest, namespace }) {
    return problemsIn(manifest.permissions_required, (permission, index) => {
      if (isInNamespace(permission, namespace)) return undefined;
      const [, verb] = splitName(permission);
      const message = `the permission ${permission} is not in the namespace ${namespace} of this module`;
      return problemAt(['permissions_required', index], message, `Did you mean ${namespace}:${verb}?`);
    });
  },
};
