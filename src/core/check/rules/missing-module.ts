import { problemAt } from '../../manifest/finding.ts';
import { nearestWord } from '../../text/nearest-word.ts';
import { neededModules } from '../needed-modules.ts';
import type { ModulesRule } from '../rule.ts';

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
