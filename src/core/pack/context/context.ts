import type { EndpointRole, PermissionRole } from '../../manifest/endpoints.ts';
import { type LifecycleEvent, lifecycleEvents, namespaceOf, permissionRoles } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { camelCase, classStem, kebabCase, titleOf } from '../../text/names.ts';
import {
  type EndpointContext,
  type EventContext,
  endpointContexts,
  endpointRoles,
  eventContexts,
  type PermissionContext,
  permissionContexts,
} from './endpoint-context.ts';
import {
  type ConfigurationContext,
  configurationContext,
  type SettingContext,
  settingContext,
} from './setting-context.ts';

/** All that a module template can see: prepared data, so that templates hold almost no logic. */
export interface Context {
  /** The module's name: `document_search`. */
  readonly name: string;
  /** `documentSearch` */
  readonly camelName: string;
  /** `document-search` */
  readonly kebabName: string;
  /** `Document search` */
  readonly title: string;
  /** What environment variables of the module start with: `DOCUMENT_SEARCH`. */
  readonly envPrefix: string;
  /** Version of the module. */
  readonly version: string;
  /** What the module does, as its author wrote it. */
  readonly description: string;
  /** Who wrote it. */
  readonly author: string;
  /** Name of the module's class: `DocumentSearchModule`. */
  readonly className: string;
  /** The class name without its ending `Module`: `DocumentSearch` in `DocumentSearchService`. */
  readonly stem: string;
  /** Prefix of the module's permissions and events: normally its name. */
  readonly namespace: string;
  /** The whole manifest, for what is not prepared below. */
  readonly manifest: Manifest;
  /** What the module depends on, by kind. */
  readonly dependencies: DependencyGroups;
  /** All endpoints, in the manifest's order. */
  readonly endpoints: readonly EndpointContext[];
  /** The standard endpoints by role, null where the manifest has none: `endpoint.result.path`. */
  readonly endpoint: Readonly<Record<EndpointRole, EndpointContext | null>>;
  /** The endpoints beyond the standard six. */
  readonly extraEndpoints: readonly EndpointContext[];
  /** Of those, the ones without a body. */
  readonly extraWithoutBody: readonly EndpointContext[];
  /** All permissions, in the manifest's order, each with a short key. */
  readonly permissions: readonly PermissionContext[];
  /** The standard permissions by role, null where the manifest has none: `permission.admin`. */
  readonly permission: Readonly<Record<PermissionRole, string | null>>;
  /** All events it emits, in the manifest's order. */
  readonly events: readonly EventContext[];
  /** The events of a job's life by their last word, null where the manifest has none: `event.started`. */
  readonly event: Readonly<Record<LifecycleEvent, string | null>>;
  /** The events it emits beyond those of a job's life. */
  readonly extraEvents: readonly EventContext[];
  /** The events it handles. */
  readonly subscriptions: readonly EventContext[];
  /** Whether `user.deleted` is among them. */
  readonly subscribesUserDeleted: boolean;
  /** The others. */
  readonly otherSubscriptions: readonly EventContext[];
  /** Of the others, those of the module itself: a job started by one of them could go on for ever. */
  readonly ownSubscriptions: readonly EventContext[];
  /** Of the others, those that start a job. */
  readonly startingSubscriptions: readonly EventContext[];
  /** All configuration keys of the manifest, in their long form. */
  readonly settings: readonly SettingContext[];
  /** Those that every module has anyway. */
  readonly standardSettings: readonly SettingContext[];
  /** Those that only this module has. */
  readonly ownSettings: readonly SettingContext[];
  /** Those that name an environment variable or are secret. */
  readonly envSettings: readonly SettingContext[];
  /** Those that are secret themselves, and not only name a variable. */
  readonly secretSettings: readonly SettingContext[];
  /** Those with a closed set of values. */
  readonly enumSettings: readonly SettingContext[];
  /** Those that are text, or that the manifest has in the long form. */
  readonly describedSettings: readonly SettingContext[];
  /** The manifest's own block, in the form it has there. */
  readonly configuration: readonly ConfigurationContext[];
  /** Which provider works unless configured otherwise: `local` or `openai`. */
  readonly provider: string;
  /** What the module may use of a machine. */
  readonly resources: { readonly cpu: string; readonly memory: string; readonly max_concurrent_jobs: number };
  /** Where this host keeps what modules use, as import specifiers from the module's folder. */
  readonly imports: Readonly<Record<string, string>>;
  /** The pack that renders. */
  readonly pack: { readonly name: string; readonly version: string };
}

interface DependencyGroups {
  readonly services: readonly string[];
  readonly modules: readonly string[];
  readonly packages: readonly string[];
}

const knownServices: ReadonlySet<string> = new Set(
  'redis celery postgres postgresql bullmq pglite sqlite rabbitmq kafka s3 minio elasticsearch qdrant'.split(' '),
);

export function contextOf(manifest: Manifest, pack: Context['pack'], imports: Context['imports']): Context {
  const { name } = manifest;
  const namespace = namespaceOf(manifest);
  const endpoints = endpointContexts(manifest, namespace);
  const extra = endpoints.filter((endpoint) => endpoint.role === null);
  const events = eventContexts(manifest.events_emitted, namespace);
  const subscriptions = eventContexts(manifest.events_subscribed, '');
  const others = subscriptions.filter((event) => event.name !== 'user.deleted');
  const configuration = Object.entries(manifest.configuration);
  const settings = configuration.map(([key, value]) => settingContext(key, value));
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
    stem: classStem(manifest.class_name),
    namespace,
    manifest,
    dependencies: dependencyGroups(manifest.dependencies),
    endpoints,
    endpoint: byRole(endpointRoles, (role) => endpoints.find((endpoint) => endpoint.role === role) ?? null),
    extraEndpoints: extra,
    extraWithoutBody: extra.filter((endpoint) => !endpoint.hasBody),
    permissions: permissionContexts(manifest.permissions_required, namespace),
    permission: byRole(permissionRoles, (role) => present(`${namespace}:${role}`, manifest.permissions_required)),
    events,
    event: byRole(lifecycleEvents, (verb) => present(`${namespace}.${verb}`, manifest.events_emitted)),
    extraEvents: events.filter((event) => !lifecycle.includes(event.name)),
    subscriptions,
    subscribesUserDeleted: manifest.events_subscribed.includes('user.deleted'),
    otherSubscriptions: others,
    ownSubscriptions: others.filter((event) => event.namespace === namespace),
    startingSubscriptions: others.filter((event) => event.namespace !== namespace),
    settings,
    standardSettings: settings.filter((setting) => setting.isStandard),
    ownSettings: settings.filter((setting) => !setting.isStandard),
    envSettings: settings.filter((setting) => setting.isEnv || setting.secret === true),
    secretSettings: settings.filter((setting) => setting.isSecret),
    enumSettings: settings.filter((setting) => setting.enum !== undefined && !setting.isStandard),
    describedSettings: settings.filter((setting) => setting.isLong || setting.type === 'string'),
    configuration: configuration.map(([key, value]) => configurationContext(key, value)),
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

function dependencyGroups(dependencies: readonly string[]): DependencyGroups {
  const modules = dependencies.filter((entry) => entry.startsWith('module:'));
  const services = dependencies.filter((entry) => knownServices.has(entry));
  const packages = dependencies.filter((entry) => !modules.includes(entry) && !services.includes(entry));
  return { services, modules: modules.map((entry) => entry.slice('module:'.length)), packages };
}

function present(name: string, names: readonly string[]): string | null {
  return names.includes(name) ? name : null;
}

function byRole<R extends string, V>(roles: readonly R[], value: (role: R) => V): Record<R, V> {
  return Object.fromEntries(roles.map((role) => [role, value(role)])) as Record<R, V>;
}
