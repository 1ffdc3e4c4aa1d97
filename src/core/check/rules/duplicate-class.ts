import { problemAt } from '../../manifest/finding.ts';
import { classStem } from '../../text/names.ts';
import { sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule } from '../rule.ts';

export const duplicateClass: ModulesRule = {
  id: 'duplicate-class',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules of a host have the same class names',
  why: 'The schemas in the OpenAPI document of the host are named after class_name, without Module. The schemas of one module would replace those of the other.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<void>(modules, ({ manifest }, visit) => visit(classStem(manifest.class_name))).map(
      ({ module, other, key }) => ({
        module,
        ...problemAt(
          ['class_name'],
          `class names that start with ${key} are already in use: ${other.file} has ${other.manifest.class_name}`,
          'Rename one of the two classes.',
        ),
      }),
    ),
};
