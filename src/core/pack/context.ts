import { isEnvKey, type Scalar, type Setting, settingOf, standardSettings } from '../manifest/configuration.ts';
import { type EndpointRole, endpointsOf, type PermissionRole } from '../manifest/endpoints.ts';
import {
  type LifecycleEvent,
  lifecycleEvents,
  namespaceOf,
  permissionRoles,
  splitName,
} from '../manifest/namespace.ts';
import type { ConfigurationValue, Manifest } from '../manifest/schema.ts';
import { camelCase, isKeyword, kebabCase, titleOf } from '../text/names.ts';

/** An endpoint as a template wants it. Names are snake_case; the case helpers turn them. */
export interface EndpointContext {
  /** As the manifest has it. */
  readonly entry: string;
  readonly method: string;
  /** `/documents/{document_id}` */
  readonly path: string;
  /** `/documents/:document_id` */
  readonly colonPath: string;
  readonly parameters: readonly string[];
  readonly hasBody: boolean;
  readonly role: EndpointRole | null;
  readonly permission: string;
  readonly permissionRole: PermissionRole;
  /** snake_case name of the route's function, unique in the module. */
  readonly handler: string;
}

export interface EventContext {
  readonly name: string;
  readonly namespace: string;
  /** snake_case, unique: `index_refreshed`, or with the namespace in front where it is not the module's own. */
  readonly handler: string;
}

export interface SettingContext extends Setting {
  readonly isEnv: boolean;
  /** Declared by the host for every module; the manifest gives it another default. */
  readonly isStandard: boolean;
  readonly hasDefault: boolean;
  readonly upperKey: string;
}

/** One key of the manifest's `configuration`: a scalar, or the lines of the long form. */
export interface ConfigurationContext {
  readonly key: string;
  readonly isLong: boolean;
  readonly value: Scalar | null;
  readonly lines: readonly {
    readonly name: string;
    readonly isList: boolean;
    readonly value: Scalar | null;
    readonly values: readonly Scalar[];
  }[];
}

/** All that a module template can see: prepared data, so that templates hold almost no logic. */
export interface Context {
  readonly name: string;
  readonly camelName: string;
  readonly kebabName: string;
  readonly title: string;
  readonly envPrefix: string;
  readonly version: string;
  readonly description: string;
  readonly author: string;
  readonly className: string;
  /** The class name without its ending `Module`: `DocumentSearch` in `DocumentSearchService`. */
  readonly stem: string;
  readonly namespace: string;
  readonly manifest: Manifest;
  readonly dependencies: {
    readonly services: readonly string[];
    readonly modules: readonly string[];
    readonly packages: readonly string[];
  };
  readonly endpoints: readonly EndpointContext[];
  readonly endpoint: Readonly<Record<EndpointRole, EndpointContext | null>>;
  readonly extraEndpoints: readonly EndpointContext[];
  readonly permissions: readonly string[];
  readonly permission: Readonly<Record<PermissionRole, string | null>>;
  readonly events: readonly string[];
  readonly event: Readonly<Record<LifecycleEvent, string | null>>;
  readonly extraEvents: readonly EventContext[];
  readonly subscriptions: readonly EventContext[];
  readonly subscribesUserDeleted: boolean;
  readonly otherSubscriptions: readonly EventContext[];
  readonly settings: readonly SettingContext[];
  readonly standardSettings: readonly SettingContext[];
  readonly ownSettings: readonly SettingContext[];
  readonly envSettings: readonly SettingContext[];
  /** The manifest's own block, in the form it has there. */
  readonly configuration: readonly ConfigurationContext[];
  readonly provider: string;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly max_concurrent_jobs: number };
  /** Where this host keeps what modules use, as import specifiers from the module's folder. */
  readonly imports: Readonly<Record<string, string>>;
  readonly pack: { readonly name: string; readonly version: string };
}

const knownServices = new Set([
  'redis',
  'celery',
  'postgres',
  'postgresql',
  'bullmq',
  'pglite',
  'sqlite',
  'rabbitmq',
  'kafka',
  's3',
  'minio',
  'elasticsearch',
  'qdrant',
]);

export function contextOf(manifest: Manifest, pack: Context['pack'], imports: Context['imports']): Context {
  const { name } = manifest;
  const namespace = namespaceOf(manifest);
  const endpoints = endpointContexts(manifest, namespace);
  const subscriptions = eventContexts(manifest.events_subscribed, '');
  const settings = Object.entries(manifest.configuration).map(([key, value]) => settingContext(settingOf(key, value)));
  const lifecycle = lifecycleEvents.map((verb) => `${namespace}.${verb}`);
  return {
    name,
    camelName: camelCase(name),
    kebabName: kebabCase(name),
    title: titleOf(name),
    envPrefix: name.toUpperCase(),
    version: manifest.version,
    description: manifest.description,
    author: manifest.author,
    className: manifest.class_name,
    stem: manifest.class_name.replace(/(?<=.)Module$/, ''),
    namespace,
    manifest,
    dependencies: dependencyGroups(manifest.dependencies),
    endpoints,
    endpoint: byRole(
      ['process', 'status', 'list', 'cancel', 'result', 'stats'],
      (role) => endpoints.find((endpoint) => endpoint.role === role) ?? null,
    ),
    extraEndpoints: endpoints.filter((endpoint) => endpoint.role === null),
    permissions: manifest.permissions_required,
    permission: byRole(permissionRoles, (role) => present(`${namespace}:${role}`, manifest.permissions_required)),
    events: manifest.events_emitted,
    event: byRole(lifecycleEvents, (verb) => present(`${namespace}.${verb}`, manifest.events_emitted)),
    extraEvents: eventContexts(
      manifest.events_emitted.filter((event) => !lifecycle.includes(event)),
      namespace,
    ),
    subscriptions,
    subscribesUserDeleted: manifest.events_subscribed.includes('user.deleted'),
    otherSubscriptions: subscriptions.filter((event) => event.name !== 'user.deleted'),
    settings,
    standardSettings: settings.filter((setting) => setting.isStandard),
    ownSettings: settings.filter((setting) => !setting.isStandard),
    envSettings: settings.filter((setting) => setting.isEnv || setting.secret === true),
    configuration: Object.entries(manifest.configuration).map(([key, value]) => configurationContext(key, value)),
    provider: String(settings.find((setting) => setting.key === 'provider')?.default ?? 'local'),
    resources: {
      ...manifest.resources,
      cpu: String(manifest.resources.cpu),
      memory: String(manifest.resources.memory),
    },
    imports,
    pack,
  };
}

function endpointContexts(manifest: Manifest, namespace: string): EndpointContext[] {
  const used = new Set<string>(['process', 'status', 'list', 'cancel', 'result', 'stats']);
  return endpointsOf(manifest).map((endpoint, index) => ({
    ...endpoint,
    entry: manifest.endpoints[index] as string,
    colonPath: endpoint.path.replace(/\{([^}]*)\}/g, ':$1'),
    hasBody: endpoint.method === 'POST' || endpoint.method === 'PUT' || endpoint.method === 'PATCH',
    permission: `${namespace}:${endpoint.permission}`,
    permissionRole: endpoint.permission,
    handler: endpoint.role ?? unique(handlerName(endpoint), used),
  }));
}

/** `POST /reindex` → `reindex`; `GET /documents/{document_id}` → `get_documents_by_document_id`. */
function handlerName(endpoint: { method: string; path: string; parameters: readonly string[] }): string {
  const words = endpoint.path
    .split('/')
    .filter((segment) => segment !== '' && !segment.startsWith('{'))
    .map((segment) => segment.toLowerCase().replace(/[^a-z0-9]+/g, '_'));
  const base = words.join('_').replace(/^_+|_+$/g, '') || 'root';
  const full = endpoint.parameters.length === 0 ? base : `${base}_by_${endpoint.parameters.join('_and_')}`;
  const needsVerb = endpoint.method !== 'POST' || isKeyword(full) || !/^[a-z]/.test(full);
  return needsVerb ? `${endpoint.method.toLowerCase()}_${full}` : full;
}

function eventContexts(events: readonly string[], own: string): EventContext[] {
  const used = new Set<string>(lifecycleEvents);
  return events.map((name) => {
    const [namespace, verb] = splitName(name);
    return {
      name,
      namespace,
      handler: unique(namespace === own && !isKeyword(verb) ? verb : `${namespace}_${verb}`, used),
    };
  });
}

function settingContext(setting: Setting): SettingContext {
  return {
    ...setting,
    isEnv: isEnvKey(setting.key),
    isStandard: Object.hasOwn(standardSettings, setting.key),
    hasDefault: setting.default !== undefined,
    upperKey: setting.key.toUpperCase(),
  };
}

function configurationContext(key: string, value: ConfigurationValue): ConfigurationContext {
  if (typeof value !== 'object') return { key, isLong: false, value, lines: [] };
  const lines = Object.entries(value).map(([name, entry]) =>
    Array.isArray(entry)
      ? { name, isList: true, value: null, values: entry }
      : { name, isList: false, value: entry as Scalar, values: [] },
  );
  return { key, isLong: true, value: null, lines };
}

function dependencyGroups(dependencies: readonly string[]): Context['dependencies'] {
  const modules = dependencies.filter((entry) => entry.startsWith('module:'));
  const services = dependencies.filter((entry) => knownServices.has(entry));
  const packages = dependencies.filter((entry) => !modules.includes(entry) && !services.includes(entry));
  return { services, modules: modules.map((entry) => entry.slice('module:'.length)), packages };
}

function unique(name: string, used: Set<string>): string {
  let candidate = name;
  for (let number = 2; used.has(candidate); number += 1) candidate = `${name}_${number}`;
  used.add(candidate);
  return candidate;
}

function present(name: string, names: readonly string[]): string | null {
  return names.includes(name) ? name : null;
}

function byRole<R extends string, V>(roles: readonly R[], value: (role: R) => V): Record<R, V> {
  return Object.fromEntries(roles.map((role) => [role, value(role)])) as Record<R, V>;
}
