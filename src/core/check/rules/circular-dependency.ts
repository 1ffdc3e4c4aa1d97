import { problemAt } from '../../manifest/finding.ts';
import { neededModules } from '../needed-modules.ts';
import type { ModulesRule, ModuleFacts } from '../rule.ts';

export const circularDependency: ModulesRule = {
  id: 'circular-dependency',
  kind: 'modules',
  severity: 'error',
  summary: 'modules depend on each other in a circle, or one on itself',
  why: 'Each would have to start before the other, so none of them starts.',
  needsAll: false,
  check(modules) {
    const byName = new Map(modules.map((module) => [module.manifest.name, module]));
    return modules.flatMap((module) =>
      neededModules(module.manifest).flatMap(({ name, index }) => {
        const way = wayTo(module.manifest.name, name, byName);
        if (way === undefined) return [];
        const circle = [module.manifest.name, ...way].join(' → ');
        return [
          {
            module,
            ...problemAt(['dependencies', index], `the dependencies go in a circle: ${circle}`, 'Remove one of them.'),
          },
        ];
      }),
    );
  },
};

/** The shortest way from one module to another along dependencies, both ends included. */
function wayTo(goal: string, start: string, modules: ReadonlyMap<string, ModuleFacts>): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    const last = way.at(-1) as string;
    if (last === goal) return way;
    if (seen.has(last)) continue;
    seen.add(last);
    const module = modules.get(last);
    if (module) ways.push(...neededModules(module.manifest).map(({ name }) => [...way, name]));
  }
  return undefined;
}
