import { faultAt } from '../../manifest/finding.ts';
import { alsoElsewhere } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const duplicateClass: ModulesRule = {
  id: 'duplicate-class',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules of a host have the same class_name',
  why: 'The schemas in the OpenAPI document of the host are called after it: one would stand for both.',
  reads: ['class_name'],
  needsAll: false,
  check: (modules) =>
    alsoElsewhere(modules, ({ manifest }) => [[manifest.class_name, undefined]]).map(({ module, other, key }) => ({
      module,
      ...faultAt(['class_name'], `the class name ${key} is taken: ${other.file} has it too`, 'Rename one of the two.'),
    })),
};
