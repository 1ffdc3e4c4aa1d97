import { problemAt } from '../../manifest/finding.ts';
import { classStem } from '../../text/names.ts';
import { sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const duplicateClass: ModulesRule = {
  id: 'duplicate-class',
  kind: 'modules',
  severity: 'error',
  summary: 'the classes of two modules of a host have the same names',
  why: 'The schemas in the OpenAPI document of the host begin with class_name without Module: one would stand for both.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<void>(modules, ({ manifest }, visit) => visit(classStem(manifest.class_name))).map(
      ({ module, other, key }) => ({
        module,
        ...problemAt(
          ['class_name'],
          `classes that begin with ${key} are taken: ${other.file} has ${other.manifest.class_name}`,
          'Rename one of the two.',
        ),
      }),
    ),
};
