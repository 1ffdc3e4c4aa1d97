import { problemAt } from '../../../diagnostic.ts';
import type { Manifest } from '../../../manifest/schema.ts';
import { nearestWord } from '../../../text/nearest-word.ts';
import type { ModuleFacts, ModulesRule } from '../../rule.ts';

export const circularDependency: ModulesRule = {
  id: 'circular-dependency',
  kind: 'modules',
  severity: 'error',
  summary: 'modules depend on each other in a cycle, or a module depends on itself',
  why: 'Each module of the cycle waits for another one to start first, so none of them starts.',
  needsAll: false,
  check(modules) {
    const byName = new Map(modules.map((module) => [module.manifest.name, module]));
    return modules.flatMap((module) =>
      neededModules(module.manifest).flatMap(({ name, index }) => {
        const path = shortestPath(module.manifest.name, name, byName);
        if (path === undefined) return [];
        const cycle = [module.manifest.name, ...path].join(' → ');
        return [
          {
            module,
            ...problemAt(['dependencies', index], `circular dependency: ${cycle}`, 'Remove one of these dependencies.'),
          },
        ];
      }),
    );
  },
};

/** The shortest chain of dependencies from one module to another, both included. */
function shortestPath(goal: string, start: string, modules: ReadonlyMap<string, ModuleFacts>): string[] | undefined {
  const paths = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    const last = path.at(-1) as string;
    if (last === goal) return path;
    if (seen.has(last)) continue;
    seen.add(last);
    const module = modules.get(last);
    if (module) paths.push(...neededModules(module.manifest).map(({ name }) => [...path, name]));
  }
  return undefined;
}

export const missingModule: ModulesRule = {
  id: 'missing-module',
  kind: 'modules',
  severity: 'error',
  summary: 'a module depends on a module that the host does not have',
  why: 'A host starts a module after its dependencies. A module whose dependency is missing never starts.',
  needsAll: true,
  check(modules) {
    const names = new Set(modules.map(({ manifest }) => manifest.name));
    return modules.flatMap((module) =>
      neededModules(module.manifest).flatMap(({ name, index }) => {
        if (names.has(name)) return [];
        const near = nearestWord(name, names);
        const hint =
          near === undefined ? 'Add the module to the host, or remove the dependency.' : `Did you mean module:${near}?`;
        return [{ module, ...problemAt(['dependencies', index], `this host has no module ${name}`, hint) }];
      }),
    );
  },
};

const prefix = 'module:';

/** The modules that must start before this one, with their index in `dependencies`. */
export function neededModules({
  dependencies,
}: Pick<Manifest, 'dependencies'>): { readonly name: string; readonly index: number }[] {
  return dependencies.flatMap((entry, index) =>
    entry.startsWith(prefix) ? [{ name: entry.slice(prefix.length), index }] : [],
  );
}
