import { resolve } from '../contract/type.ts';
import { type Problem, problemAt, problemsIn, type RuleProblem } from '../diagnostic.ts';
import {
  fitsType,
  isEnvKey,
  isLongForm,
  type Scalar,
  type Setting,
  settingsOf,
  standardSetting,
} from './configuration.ts';
import { type Contract, contractOf } from './contract.ts';
import { endpointsOf, permissionOf } from './endpoints.ts';
import { eventNames } from './events.ts';
import { namespaceOf } from './namespace.ts';
import type { Manifest } from './schema.ts';

/** Checks beyond the schema, by rule. Nothing can be generated from a manifest that fails one of them. */
export const semanticChecks = {
  duplicate: duplicates,
  'endpoint-permission': missingPermissions,
  'reserved-endpoint': hostEndpoints,
  'env-name': settingsWith(envNameProblem),
  'secret-default': settingsWith(secretProblem),
  configuration: settingsWith(valueProblem),
  types: typeProblems,
} satisfies Readonly<Record<string, (manifest: Manifest) => Problem[]>>;

/** Runs the semantic checks: `validate` reports the same problems, among others. */
export function checkSemantics(manifest: Manifest): RuleProblem[] {
  return Object.entries(semanticChecks).flatMap(([rule, check]) =>
    check(manifest).map((problem) => ({ ...problem, rule })),
  );
}

function duplicates(manifest: Manifest): Problem[] {
  const shapes = endpointsOf(manifest).map(({ shape }) => shape);
  return [
    ...repeated('endpoints', shapes),
    ...repeated('dependencies', manifest.dependencies),
    ...repeated('permissions_required', manifest.permissions_required),
    ...repeated('events_emitted', eventNames(manifest.events_emitted)),
    ...repeated('events_subscribed', eventNames(manifest.events_subscribed)),
  ];
}

function repeated(list: string, entries: readonly string[]): Problem[] {
  return problemsIn(entries, (entry, index) => {
    const first = entries.indexOf(entry);
    if (first === index) return undefined;
    return problemAt([list, index], `${list}[${index}] duplicates ${list}[${first}]`, 'Remove one of the two.');
  });
}

function missingPermissions(manifest: Manifest): Problem[] {
  const namespace = namespaceOf(manifest);
  return problemsIn(endpointsOf(manifest), (endpoint, index) => {
    const permission = permissionOf(endpoint, namespace);
    if (manifest.permissions_required.includes(permission)) return undefined;
    return problemAt(
      ['endpoints', index, ...(endpoint.given.permission === undefined ? [] : ['permission'])],
      `${endpoint.method} ${endpoint.path} requires ${permission}, which is not in permissions_required`,
      `Add ${permission} to permissions_required.`,
    );
  });
}

function typeProblems(manifest: Manifest): Problem[] {
  const contract = contractOf(manifest);
  if (manifest.endpoints.every((entry) => typeof entry === 'string')) return [...contract.problems];
  return [...contract.problems, ...misplacedTypes(manifest), ...queryProblems(manifest, contract)];
}

/** Standard endpoints take the types of the module. */
function misplacedTypes(manifest: Manifest): Problem[] {
  return endpointsOf(manifest).flatMap(({ role, given, method, path }, index) => {
    if (role === null) return [];
    return (['input', 'output'] as const)
      .filter((key) => given[key] !== undefined)
      .map((key) => ({
        path: ['endpoints', index, key],
        at: 'key',
        message: `endpoints[${index}].${key} has no effect: ${method} ${path} is a standard endpoint`,
        hint: `Declare ${key} of the module instead, beside endpoints.`,
      }));
  });
}

/** Requests without a body have their input in the query. */
function queryProblems(manifest: Manifest, { types, problems, rootAt }: Contract): Problem[] {
  if (problems.length > 0) return [];
  return endpointsOf(manifest).flatMap(({ method, path: route, role }, index) => {
    const path = ['endpoints', index, 'input'];
    const root = rootAt(path);
    if (root === undefined || role !== null || (method !== 'GET' && method !== 'DELETE')) return [];
    const subject = `endpoints[${index}].input is the query of ${method} ${route}`;
    const hint = 'A query has an object whose properties are strings, numbers, booleans or one of several values.';
    const type = resolve({ kind: 'ref', name: root.name }, types);
    if (type.kind !== 'object' || type.isOpen)
      return [problemAt(path, `${subject}, which must be an object with known properties`, hint)];
    return type.properties.flatMap((property) => {
      const { kind, ...rest } = resolve(property.type, types);
      if (scalarKinds.has(kind) && !('isNullable' in rest && rest.isNullable)) return [];
      return [problemAt(path, `${subject}, which cannot have ${property.name}`, hint)];
    });
  });
}

const scalarKinds: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean', 'enum', 'const']);

function hostEndpoints(manifest: Manifest): Problem[] {
  return problemsIn(endpointsOf(manifest), ({ shape }, index) =>
    shape === 'GET /health'
      ? problemAt(['endpoints', index], 'GET /health is reserved for the host', 'Remove the endpoint.')
      : undefined,
  );
}

/** Returns the problem of a setting, and the part of its long form that causes it. */
type SettingCheck = (setting: Setting) => SettingProblem | undefined;
type SettingProblem = readonly [message: string, part: keyof Setting, hint?: string];

function settingsWith(check: SettingCheck): (manifest: Manifest) => Problem[] {
  return (manifest) =>
    problemsIn(settingsOf(manifest), (setting) => {
      const found = check(setting);
      if (found === undefined) return undefined;
      const [message, part, hint] = found;
      const { key } = setting;
      const value = manifest.configuration[key];
      const isThere = value !== undefined && isLongForm(value) && Object.hasOwn(value, part);
      const path = ['configuration', key, ...(isThere ? [part] : [])];
      return problemAt(path, `configuration.${key} ${message}`, hint);
    });
}

function envNameProblem({ key, default: name }: Setting): SettingProblem | undefined {
  if (!isEnvKey(key) || (typeof name === 'string' && /^[A-Z_][A-Z0-9_]*$/.test(name))) return undefined;
  return [
    'must be the name of an environment variable, like "MY_API_KEY"',
    'default',
    'A key that ends in _env holds the name of a variable, never the secret itself.',
  ];
}

function secretProblem({ key, secret, default: value }: Setting): SettingProblem | undefined {
  if (isEnvKey(key) || !secret || value === undefined) return undefined;
  return [
    'is a secret but has a value in the manifest',
    'default',
    `Remove the default and set the value in the environment, or name its environment variable with ${key}_env.`,
  ];
}

function valueProblem(setting: Setting): SettingProblem | undefined {
  const { key, type, minimum, maximum } = setting;
  if (isEnvKey(key) || secretProblem(setting) !== undefined) return undefined;
  const standard = standardSetting(key);
  if (standard && type !== standard.type && !(type === 'integer' && standard.type === 'number'))
    return [`must have type ${standard.type}, like the standard setting`, 'type'];
  const value = setting.default;
  if (type === 'array' && setting.enum) return ['has an enum, but its type is array', 'enum'];
  const hasWrongType = (one: Scalar | readonly Scalar[]) => !fitsType(one, type);
  const mismatch = setting.enum?.find(hasWrongType) ?? (value !== undefined && hasWrongType(value) ? value : undefined);
  if (mismatch !== undefined)
    return [
      `has the value ${JSON.stringify(mismatch)}, which is not of type ${type}`,
      mismatch === value && !setting.enum?.some((one) => one === mismatch) ? 'default' : 'enum',
    ];
  if (type !== 'integer' && type !== 'number' && (minimum !== undefined || maximum !== undefined))
    return [`has a minimum or maximum, but its type is ${type}`, minimum === undefined ? 'maximum' : 'minimum'];
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    return ['has a minimum above its maximum', 'minimum'];
  const problem = type === 'array' ? listProblem(setting) : listPartProblem(setting);
  if (problem !== undefined || value === undefined || typeof value === 'object') return problem;
  const reason = defaultProblem(setting, value) ?? defaultProblem({ ...standard, enum: undefined }, value);
  if (reason === undefined) return undefined;
  const values = [...(setting.enum ?? []), value].join(', ');
  const isNew = standard?.enum !== undefined && !standard.enum.includes(value) && !setting.enum?.includes(value);
  return isNew
    ? [
        reason,
        'default',
        `To add a value, list all of them: ${key}: {type: ${type}, enum: [${values}], default: ${value}}.`,
      ]
    : [reason, 'default'];
}

/** What only a setting with `type: array` can have wrong. */
function listProblem({ key, items, default: value, minItems, maxItems, secret }: Setting): SettingProblem | undefined {
  const list = typeof value === 'object' ? value : undefined;
  if (items === undefined && list !== undefined && list.length > 0)
    return ['has items of different types', 'default', 'Make all of them strings, numbers or booleans.'];
  if (items === undefined)
    return [
      'does not tell the type of its items',
      'type',
      `Write ${key}: { type: array, items: { type: string }, default: [] }.`,
    ];
  if (secret) return ['is a secret list, but a secret is one value', 'secret'];
  if (minItems !== undefined && maxItems !== undefined && minItems > maxItems)
    return ['has minItems above its maxItems', 'minItems'];
  const wrong = list?.find((item) => !fitsType(item, items.type));
  if (wrong !== undefined)
    return [`has the item ${JSON.stringify(wrong)}, which is not of type ${items.type}`, 'default'];
  const count = list?.length;
  if (count === undefined) return undefined;
  const has = `has ${count} ${count === 1 ? 'item' : 'items'} by default`;
  if (minItems !== undefined && count < minItems)
    return [`${has}: at least ${minItems} ${minItems === 1 ? 'is' : 'are'} required`, 'default'];
  if (maxItems !== undefined && count > maxItems)
    return [`${has}: at most ${maxItems} ${maxItems === 1 ? 'is' : 'are'} allowed`, 'default'];
  return undefined;
}

function listPartProblem(setting: Setting): SettingProblem | undefined {
  const part = (['items', 'minItems', 'maxItems'] as const).find((one) => setting[one] !== undefined);
  return part && [`has ${part}, but its type is ${setting.type}`, part];
}

function defaultProblem(setting: Partial<Setting>, value: Scalar): string | undefined {
  if (setting.enum && !setting.enum.includes(value))
    return `has the default ${JSON.stringify(value)}, which is not in its enum`;
  if (typeof value !== 'number') return undefined;
  if (setting.minimum !== undefined && value < setting.minimum)
    return `has the default ${value}, below its minimum ${setting.minimum}`;
  if (setting.maximum !== undefined && value > setting.maximum)
    return `has the default ${value}, above its maximum ${setting.maximum}`;
  return undefined;
}
