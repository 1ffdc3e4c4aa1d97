import { sampleOf } from '../../contract/sample.ts';
import { toPydantic } from '../../contract/to-pydantic.ts';
import { type Beside, type ModuleType, toZod } from '../../contract/to-zod.ts';
import type { Contract } from '../../manifest/contract.ts';
import type { Manifest } from '../../manifest/schema.ts';

/** The complete text of the file with the module's types, in each language, without a line feed at the end. */
export interface SchemasContext {
  /** `schemas.ts` */
  readonly typescript: string;
  /** `schemas.py` */
  readonly python: string;
}

const moduleTypes: readonly ModuleType[] = ['Input', 'Options', 'Output'];

export function schemasContext(contract: Contract): SchemasContext {
  const types = contract.usedTypes();
  const untyped = moduleTypes.filter((name) => !types.has(name));
  const samples: Beside['samples'][number][] = contract.roots.flatMap(({ name, sample }) => {
    const value = sampleOf({ kind: 'ref', name }, types);
    return sample === undefined || value === undefined ? [] : [{ name: sample, of: name, value }];
  });
  if (untyped.includes('Input'))
    samples.unshift({ name: 'sample', of: 'Input', value: { text: 'The text to work on' } });
  const beside = { untyped, samples, fingerprint: contract.fingerprint() };
  return { typescript: toZod(types, beside).trimEnd(), python: toPydantic(types, beside).trimEnd() };
}

/** A key of the manifest that declares types. */
export interface TypeKeyContext {
  /** `types`, `input`, `options` or `output`. */
  readonly key: string;
  /** Its value, for `yamlEntry`. */
  readonly value: unknown;
}

const typeKeys = ['types', 'input', 'options', 'output'] as const;

export function typeKeyContexts(manifest: Manifest): TypeKeyContext[] {
  return typeKeys.flatMap((key) => (manifest[key] === undefined ? [] : [{ key, value: manifest[key] }]));
}
