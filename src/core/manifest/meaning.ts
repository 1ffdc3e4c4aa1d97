import { fitsType, isEnvKey, type Scalar, type Setting, settingOf, standardSetting } from './configuration.ts';
import { endpointsOf, shapeOf } from './endpoints.ts';
import type { Finding } from './explain.ts';
import { namespaceOf } from './namespace.ts';
import type { Manifest } from './schema.ts';

const fault = (rule: string, path: Finding['path'], message: string, hint?: string): Finding => ({
  path,
  at: 'value',
  rule,
  message,
  ...(hint === undefined ? {} : { hint }),
});

/** What the schema cannot say: entries that contradict each other, so that no code could be generated from them. */
export function checkMeaning(manifest: Manifest): Finding[] {
  return [
    ...duplicates(manifest),
    ...missingPermissions(manifest),
    ...hostEndpoints(manifest),
    ...Object.entries(manifest.configuration).flatMap(([key, value]) => settingFaults(settingOf(key, value))),
  ];
}

function duplicates(manifest: Manifest): Finding[] {
  const lists = {
    dependencies: manifest.dependencies,
    endpoints: endpointsOf(manifest).map(shapeOf),
    permissions_required: manifest.permissions_required,
    events_emitted: manifest.events_emitted,
    events_subscribed: manifest.events_subscribed,
  };
  return Object.entries(lists).flatMap(([list, entries]) =>
    entries.flatMap((entry, index) => {
      const first = entries.indexOf(entry);
      return first === index
        ? []
        : [
            fault(
              'duplicate',
              [list, index],
              `${list}[${index}] says the same as ${list}[${first}]`,
              'Remove one of the two.',
            ),
          ];
    }),
  );
}

function missingPermissions(manifest: Manifest): Finding[] {
  const namespace = namespaceOf(manifest);
  return endpointsOf(manifest).flatMap((endpoint, index) => {
    const permission = `${namespace}:${endpoint.permission}`;
    if (manifest.permissions_required.includes(permission)) return [];
    return [
      fault(
        'endpoint-permission',
        ['endpoints', index],
        `${endpoint.method} ${endpoint.path} needs the permission ${permission}`,
        `Add ${permission} to permissions_required.`,
      ),
    ];
  });
}

function hostEndpoints(manifest: Manifest): Finding[] {
  return endpointsOf(manifest).flatMap((endpoint, index) =>
    shapeOf(endpoint) === 'GET /health'
      ? [fault('reserved-endpoint', ['endpoints', index], 'the host answers GET /health itself', 'Remove it.')]
      : [],
  );
}

function settingFaults(setting: Setting): Finding[] {
  const { key, type } = setting;
  const path = ['configuration', key];
  const wrong = (message: string, hint?: string) => fault('configuration', path, `${path.join('.')} ${message}`, hint);
  if (isEnvKey(key)) {
    const named = typeof setting.default === 'string' && /^[A-Z_][A-Z0-9_]*$/.test(setting.default);
    return named
      ? []
      : [
          wrong(
            'must name an environment variable, like "MY_API_KEY"',
            'A key that ends in _env holds a name, never the secret.',
          ),
        ];
  }
  if (setting.secret && setting.default !== undefined)
    return [
      wrong(
        'is a secret and has a value here',
        `Remove the default; the value comes from the environment, or name its variable with ${key}_env.`,
      ),
    ];
  const standard = standardSetting(key);
  if (standard && type !== standard.type && !(type === 'integer' && standard.type === 'number'))
    return [wrong(`must be of type ${standard.type}, as every module has it`)];
  const values = [...(setting.enum ?? []), ...(setting.default === undefined ? [] : [setting.default])];
  const misfit = values.find((value) => !fitsType(value, type));
  if (misfit !== undefined) return [wrong(`has the value ${JSON.stringify(misfit)}, which is not of type ${type}`)];
  if (type !== 'integer' && type !== 'number' && (setting.minimum !== undefined || setting.maximum !== undefined))
    return [wrong(`has a range, but the type ${type}`)];
  if (setting.minimum !== undefined && setting.maximum !== undefined && setting.minimum > setting.maximum)
    return [wrong('has a minimum above its maximum')];
  const value = setting.default;
  if (value === undefined) return [];
  const reasons = [...defaultFaults(setting, value), ...defaultFaults(standard ?? {}, value)];
  return reasons.slice(0, 1).map((reason) => wrong(reason));
}

function defaultFaults(setting: Partial<Setting>, value: Scalar): string[] {
  if (setting.enum && !setting.enum.includes(value))
    return [`has the default ${JSON.stringify(value)}, which its enum lacks`];
  if (typeof value !== 'number') return [];
  if (setting.minimum !== undefined && value < setting.minimum)
    return [`has the default ${value}, below its minimum ${setting.minimum}`];
  if (setting.maximum !== undefined && value > setting.maximum)
    return [`has the default ${value}, above its maximum ${setting.maximum}`];
  return [];
}
