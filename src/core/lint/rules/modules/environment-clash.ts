import { standardSettings } from '../../../manifest/configuration.ts';
import type { ModuleFacts, ModulesRule } from '../../rule.ts';
import { sharedEntries } from './also-elsewhere.ts';

export const environmentClash: ModulesRule = {
  id: 'environment-clash',
  kind: 'modules',
  severity: 'error',
  summary: 'settings of two modules use the same environment variable',
  why: 'The name of the variable consists of the module name and the key. For example, `search_model` of `doc` and `model` of `doc_search` both use `DOC_SEARCH_MODEL`.',
  needsAll: false,
  check: (modules) =>
    sharedEntries<string>(withCommonPrefix(modules), ({ manifest: { name, configuration } }, visit) => {
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
        message: `the environment variable ${key} sets both ${entry} and a setting of ${other.manifest.name}`,
        hint: 'Rename the setting.',
      })),
};

/** Two variables can only be equal if one module name is a prefix of the other. */
function withCommonPrefix(modules: readonly ModuleFacts[]): ModuleFacts[] {
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
