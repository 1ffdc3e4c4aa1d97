import { problemAt } from '../../../diagnostic.ts';
import { contractOf } from '../../../manifest/contract.ts';
import { classStem } from '../../../text/names.ts';
import type { ModuleFacts, ModulesRule } from '../../rule.ts';
import { sharedEntries } from './also-elsewhere.ts';

export const schemaName: ModulesRule = {
  id: 'schema-name',
  kind: 'modules',
  severity: 'error',
  summary: 'a type has the same name in the OpenAPI document as one of another module, or of the host',
  why: 'The name of a type is put behind class_name, without Module. One of the two schemas would replace the other.',
  needsAll: false,
  check(modules) {
    const own = new Map(modules.map((module) => [module, typesOf(module)]));
    if ([...own.values()].every((types) => types.length === 0)) return [];
    const shared = sharedEntries<string | undefined>(modules, (module, visit) => {
      const stem = classStem(module.manifest.class_name);
      for (const name of standard) visit(`${stem}${name}`, undefined);
      for (const name of own.get(module) ?? []) visit(`${stem}${name}`, name);
    });
    const clashes = shared.flatMap(({ module, other, key, entry }) =>
      entry === undefined || hasSameStem(module, other) ? [] : [problemOf(module, entry, `${key} of ${other.file}`)],
    );
    const ofHost = [...own].flatMap(([module, types]) =>
      types
        .filter((name) => hostSchemas.has(`${classStem(module.manifest.class_name)}${name}`))
        .map((name) => problemOf(module, name, `${classStem(module.manifest.class_name)}${name} of the host`)),
    );
    return [...clashes, ...ofHost];
  },
};

/** What the document has of every module with endpoints. */
const standard = ['Input', 'Options', 'Output', 'ProcessRequest', 'Job', 'JobList', 'Result', 'Stats'];
const hostSchemas = new Set(
  (
    'Refused InvalidRequest ErrorItem Event PublishRequest PublishResponse HostHealth ModuleHealth ModuleList ' +
    'ModuleSummary'
  ).split(' '),
);

/** The types that a manifest declares, and those of its own endpoints. */
function typesOf({ manifest }: ModuleFacts): string[] {
  const isTyped = manifest.types !== undefined || manifest.endpoints.some((entry) => typeof entry !== 'string');
  if (!isTyped) return [];
  const { roots } = contractOf(manifest);
  const ofEndpoints = roots.filter(({ path }) => path[0] === 'endpoints').map(({ name }) => name);
  return [...Object.keys(manifest.types ?? {}), ...ofEndpoints];
}

/** `duplicate-class` reports these. */
function hasSameStem(module: ModuleFacts, other: ModuleFacts): boolean {
  return classStem(module.manifest.class_name) === classStem(other.manifest.class_name);
}

function problemOf(module: ModuleFacts, name: string, other: string) {
  const isDeclared = module.manifest.types !== undefined && Object.hasOwn(module.manifest.types as object, name);
  const { roots } = contractOf(module.manifest);
  const path = isDeclared ? ['types', name] : (roots.find((root) => root.name === name)?.path ?? []);
  return {
    module,
    ...problemAt(
      path,
      `in the OpenAPI document, the type ${name} has the name of ${other}`,
      'Rename the type, or the class.',
    ),
    at: isDeclared ? ('key' as const) : ('value' as const),
  };
}
