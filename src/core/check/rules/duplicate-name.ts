import { problemAt } from '../../manifest/finding.ts';
import { sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const duplicateName: ModulesRule = {
  id: 'duplicate-name',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules of a host have the same name',
  why: 'Their URLs, tables and environment variables would be the same, so the host loads only one of them.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<void>(modules, ({ manifest }, visit) => visit(manifest.name)).map(({ module, other, key }) => ({
      module,
      ...problemAt(
        ['name'],
        `the name ${key} is already in use by ${other.file}`,
        `Rename one of the two modules: both use /api/v1/modules/${key} and the tables ${key}_jobs and ${key}_results.`,
      ),
    })),
};
