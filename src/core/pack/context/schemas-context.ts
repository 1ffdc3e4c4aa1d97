import { allowsUser, inputMismatches } from '../../contract/compare.ts';
import { sampleOf } from '../../contract/sample.ts';
import { toPydantic } from '../../contract/to-pydantic.ts';
import { type Beside, type ModuleType, toZod } from '../../contract/to-zod.ts';
import { branchesOf, resolve } from '../../contract/type.ts';
import { checkValue } from '../../contract/values.ts';
import type { Contract, ContractRoot } from '../../manifest/contract.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { shellJson } from '../../text/literals.ts';

/** The complete text of the file with the module's types, in each language, without a line feed at the end. */
export interface SchemasContext {
  /** `schemas.ts` */
  readonly typescript: string;
  /** `schemas.py` */
  readonly python: string;
}

const untypedSample = { text: 'The text to work on' };
const moduleTypes: readonly ModuleType[] = ['Input', 'Options', 'Output'];

export function schemasContext(contract: Contract): SchemasContext {
  const types = contract.usedTypes();
  const untyped = moduleTypes.filter((name) => !types.has(name));
  const samples: Beside['samples'][number][] = contract.roots.flatMap(({ name, sample }) => {
    const value = sampleOf({ kind: 'ref', name }, types);
    return sample === undefined || value === undefined ? [] : [{ name: sample, of: name, value }];
  });
  if (untyped.includes('Input')) samples.unshift({ name: 'sample', of: 'Input', value: untypedSample });
  const beside = { untyped, samples, fingerprint: contract.fingerprint() };
  return { typescript: toZod(types, beside).trimEnd(), python: toPydantic(types, beside).trimEnd() };
}

/** A property that the input does not accept; null if it accepts any. */
export function undeclaredIn(contract: Contract): string | null {
  const input = contract.types.get('Input');
  const type = input && resolve(input, contract.types);
  if (type?.kind !== 'object' || type.isOpen) return null;
  const names = new Set(type.properties.map(({ name }) => name));
  let name = 'undeclared';
  while (names.has(name)) name += '_';
  return name;
}

/** The body of a request that starts a job, for the command line. */
export function sampleRequestOf(contract: Contract, hasOptions: boolean): string {
  const types = contract.usedTypes();
  const sampleNamed = (name: ModuleType) => (types.has(name) ? sampleOf({ kind: 'ref', name }, types) : undefined);
  const options = hasOptions ? sampleNamed('Options') : undefined;
  return shellJson(
    { input_data: sampleNamed('Input') ?? untypedSample, ...(options !== undefined && { options }) },
    112,
  );
}

/** Whether a job can start with the data of an event: its type and its sample fit the input. */
export function fitsInput(root: ContractRoot | undefined, contract: Contract): boolean {
  const types = contract.usedTypes();
  if (root === undefined) return inputMismatches(undefined, types).length === 0;
  const type = { kind: 'ref', name: root.name } as const;
  if (!allowsUser(type, types) || inputMismatches(type, types).length > 0) return false;
  const [input, payload] = [types.get('Input'), sampleOf(type, types)];
  if (input === undefined || payload === undefined) return true;
  const data: Record<string, unknown> = { user_id: 'somebody', ...(payload as object) };
  const found = resolve(input, types);
  const wanted = found.kind === 'union' ? branchesOf(found, types).get(String(data[found.discriminator]))?.type : found;
  const isTaken = (key: string) =>
    wanted?.kind !== 'object' || wanted.isOpen || wanted.properties.some((property) => property.name === key);
  const taken = Object.entries(data).filter(([key]) => isTaken(key));
  return checkValue(Object.fromEntries(taken), input, types).problems.length === 0;
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
