import type { Manifest } from '../manifest/schema.ts';

const prefix = 'module:';

/** The modules that must start before this one, with their index in `dependencies`. */
export function neededModules({
  dependencies,
}: Pick<Manifest, 'dependencies'>): { readonly name: string; readonly index: number }[] {
  return dependencies.flatMap((entry, index) =>
    entry.startsWith(prefix) ? [{ name: entry.slice(prefix.length), index }] : [],
  );
}
