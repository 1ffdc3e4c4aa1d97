import type { Subject } from './rule.ts';

/** Every entry that another module has too, with the first of the others: each module is told of it once. */
export function alsoElsewhere<T>(
  modules: readonly Subject[],
  entriesOf: (module: Subject) => readonly (readonly [key: string, entry: T])[],
): { readonly module: Subject; readonly other: Subject; readonly key: string; readonly entry: T }[] {
  const owners = new Map<string, Subject[]>();
  for (const module of modules) {
    for (const key of new Set(entriesOf(module).map(([one]) => one))) {
      const known = owners.get(key);
      if (known) known.push(module);
      else owners.set(key, [module]);
    }
  }
  return modules.flatMap((module) =>
    entriesOf(module).flatMap(([key, entry]) => {
      const other = owners.get(key)?.find((one) => one !== module);
      return other ? [{ module, other, key, entry }] : [];
    }),
  );
}
