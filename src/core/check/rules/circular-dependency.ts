import { problemAt } from '../../manifest/finding.ts';
import { neededModules } from '../needed-modules.ts';
import type { ModuleFacts, ModulesRule } from '../rule.ts';

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
