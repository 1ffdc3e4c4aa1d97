import type { Subject } from './rule.ts';

interface Shared<T> {
  readonly module: Subject;
  readonly other: Subject;
  readonly key: string;
  readonly entry: T;
}

/** Every entry that another module has too, with the first of the others: each module is told of it once. */
export function alsoElsewhere<T>(
  modules: readonly Subject[],
  entriesOf: (module: Subject) => readonly (readonly [key: string, entry: T])[],
): Shared<T>[] {
  const first = new Map<string, Subject>();
  const second = new Map<string, Subject>();
  for (const module of modules) {
    for (const [key] of entriesOf(module)) {
      const known = first.get(key);
      if (known === undefined) first.set(key, module);
      else if (known !== module && !second.has(key)) second.set(key, module);
    }
  }
  if (second.size === 0) return [];
  return modules.flatMap((module) =>
    entriesOf(module).flatMap(([key, entry]) => {
      const other = first.get(key) === module ? second.get(key) : first.get(key);
      return other && second.has(key) ? [{ module, other, key, entry }] : [];
    }),
  );
}
