import { problemAt } from '../../manifest/finding.ts';
import { sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const duplicateName: ModulesRule = {
  id: 'duplicate-name',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules of a host have the same name, and so the same routes and tables',
  why: 'Their addresses, tables and environment variables would be the same: the host loads one of them only.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<void>(modules, ({ manifest }, visit) => visit(manifest.name)).map(({ module, other, key }) => ({
      module,
      ...problemAt(
        ['name'],
        `the name ${key} is taken: ${other.file} has it too`,
        `Rename one of the two: /api/v1/modules/${key} and the tables ${key}_jobs and ${key}_results can be of one only.`,
      ),
    })),
};
