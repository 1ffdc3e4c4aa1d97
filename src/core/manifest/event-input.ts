import { mismatchesOf } from '../contract/compare.ts';
import { resolve, type Type } from '../contract/type.ts';
import type { Contract, ContractRoot } from './contract.ts';

/** Why a job can't start with the data of an event: the runtimes take the properties of the input from the payload. */
export function inputMismatches({ name }: ContractRoot, { types }: Contract): string[] {
  const payload: Type = { kind: 'ref', name };
  const input = types.get('Input') && resolve({ kind: 'ref', name: 'Input' }, types);
  if (input?.kind !== 'object') return [];
  const wanted = { ...input, isOpen: true, properties: input.properties.filter((one) => one.name !== 'user_id') };
  return mismatchesOf({ type: payload, types }, { type: wanted, types }).map(
    ({ place, reason }) => `${place === '' ? 'the value' : place} ${reason}`,
  );
}
