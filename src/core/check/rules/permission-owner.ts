import { problemAt } from '../../manifest/finding.ts';
import { isInNamespace } from '../../manifest/namespace.ts';
import { modulesThatShare, sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const permissionOwner: ModulesRule = {
  id: 'permission-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules declare the same permission as their own',
  why: 'A user with the permission for one module also has it for the other one.',
  needsAll: false,
  check(modules) {
    const related = modulesThatShare(modules, ({ namespace }, visit) => visit(namespace));
    return sharedEntries<number>(related, ({ manifest, namespace }, visit) => {
      for (const [index, permission] of manifest.permissions_required.entries())
        if (isInNamespace(permission, namespace)) visit(permission, index);
    }).map(({ module, other, key, entry }) => ({
      module,
      ...problemAt(
        ['permissions_required', entry],
        `${key} is also declared by ${other.file}`,
        'Give one of the modules its own namespace.',
      ),
    }));
  },
};
