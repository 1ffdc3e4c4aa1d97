import { problemAt } from '../../manifest/finding.ts';
import { isInNamespace } from '../../manifest/namespace.ts';
import { sharedEntries, modulesThatShare } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const permissionOwner: ModulesRule = {
  id: 'permission-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules declare the same permission as their own',
  why: 'Who is given it for one module has it in the other one too.',
  needsAll: false,
  check(modules) {
    const close = modulesThatShare(modules, ({ namespace }, visit) => visit(namespace));
    return sharedEntries<number>(close, ({ manifest, namespace }, visit) => {
      for (const [index, permission] of manifest.permissions_required.entries())
        if (isInNamespace(permission, namespace)) visit(permission, index);
    }).map(({ module, other, key, entry }) => ({
      module,
      ...problemAt(
        ['permissions_required', entry],
        `${other.file} declares ${key} too`,
        'Give one of them a namespace of its own.',
      ),
    }));
  },
};
