import type { ModuleFacts } from '../../rule.ts';

interface SharedEntry<T> {
  readonly module: ModuleFacts;
  readonly other: ModuleFacts;
  readonly key: string;
  readonly entry: T;
}

/** Every entry whose key another module has too, with the first such module. */
export function sharedEntries<T>(
  modules: readonly ModuleFacts[],
  eachEntry: (module: ModuleFacts, visit: (key: string, entry: T) => void) => void,
): SharedEntry<T>[] {
  const first = new Map<string, ModuleFacts>();
  const second = new Map<string, ModuleFacts>();
  for (const module of modules) {
    eachEntry(module, (key) => {
      const known = first.get(key);
      if (known === undefined) first.set(key, module);
      else if (known !== module && !second.has(key)) second.set(key, module);
    });
  }
  const shared: SharedEntry<T>[] = [];
  for (const module of second.size === 0 ? [] : modules) {
    eachEntry(module, (key, entry) => {
      const other = first.get(key) === module ? second.get(key) : first.get(key);
      if (other && second.has(key)) shared.push({ module, other, key, entry });
    });
  }
  return shared;
}

/** The modules that share a key with another one: only these need to be compared in detail. */
export function modulesThatShare(
  modules: readonly ModuleFacts[],
  eachKey: (module: ModuleFacts, visit: (key: string) => void) => void,
): readonly ModuleFacts[] {
  const found = new Set(sharedEntries<void>(modules, eachKey).map(({ module }) => module));
  return found.size === 0 ? [] : modules.filter((module) => found.has(module));
}
