import { contractOf } from '../../../manifest/contract.ts';
import { semanticChecks } from '../../../manifest/meaning.ts';
import type { ManifestRule } from '../../rule.ts';

export const types: ManifestRule = {
  id: 'types',
  kind: 'manifest',
  severity: 'error',
  summary:
    'a type is not valid, uses a part of JSON Schema that is not supported, or has a default or an example that does not fit',
  why: 'Code in both languages, OpenAPI and samples are made from the types. They support the part of JSON Schema that means the same in each of them.',
  check: ({ manifest }) => semanticChecks.types(manifest),
};

export const unusedType: ManifestRule = {
  id: 'unused-type',
  kind: 'manifest',
  severity: 'warning',
  summary: 'nothing refers to a type',
  why: 'No code is generated for such a type. It is misspelt somewhere, or not needed.',
  check({ manifest }) {
    if (manifest.types === undefined) return [];
    const contract = contractOf(manifest);
    if (contract.problems.length > 0) return [];
    const used = contract.referredNames();
    return [...contract.types.keys()]
      .filter((name) => !used.has(name))
      .map((name) => ({
        path: ['types', name],
        at: 'key',
        message: `nothing refers to the type ${name}`,
        hint: `Refer to it with $ref: "#/types/${name}", or remove it.`,
      }));
  },
};
