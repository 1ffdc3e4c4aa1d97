import type { Manifest } from '../manifest/schema.ts';

const mark = 'module:';

/** The modules that must start before this one, and where each stands among its dependencies. */
export function neededModules({
  dependencies,
}: Pick<Manifest, 'dependencies'>): { readonly name: string; readonly index: number }[] {
  return dependencies.flatMap((entry, index) =>
    entry.startsWith(mark) ? [{ name: entry.slice(mark.length), index }] : [],
  );
}
