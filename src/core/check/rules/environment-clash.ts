import { standardSettings } from '../../manifest/configuration.ts';
import { sharedEntries } from '../also-elsewhere.ts';
import type { ModulesRule, ModuleFacts } from '../rule.ts';

export const environmentClash: ModulesRule = {
  id: 'environment-clash',
  kind: 'modules',
  severity: 'error',
  summary: 'settings of two modules have the same environment variable',
  why: 'The variable is the name of the module and the key: `doc` with `search_model` has the one of `doc_search` with `model`.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<string>(nested(modules), ({ manifest: { name, configuration } }, visit) => {
      for (const key of new Set([...Object.keys(configuration), ...Object.keys(standardSettings)]))
        visit(`${name}_${key}`.toUpperCase(), key);
    })
      .filter(
        ({ module, other, entry }) =>
          module.manifest.name !== other.manifest.name && Object.hasOwn(module.manifest.configuration, entry),
      )
      .map(({ module, other, key, entry }) => ({
        module,
        path: ['configuration', entry],
        at: 'key' as const,
        message: `the environment variable ${key} would set ${entry} here and a setting of ${other.manifest.name} as well`,
        hint: 'Rename the key.',
      })),
};

/** Only where one name begins as another does can name and key of the two be the same together. */
function nested(modules: readonly ModuleFacts[]): ModuleFacts[] {
  const names = new Set(modules.map(({ manifest }) => manifest.name));
  const found = new Set<string>();
  for (const name of names) {
    for (let at = name.indexOf('_'); at !== -1; at = name.indexOf('_', at + 1)) {
      const start = name.slice(0, at);
      if (names.has(start)) found.add(start).add(name);
    }
  }
  return modules.filter(({ manifest }) => found.has(manifest.name));
}
