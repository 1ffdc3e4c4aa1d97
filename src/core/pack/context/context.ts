import { resolve, type Types } from '../../contract/type.ts';
import { standardSettings } from '../../manifest/configuration.ts';
import { contractOf, payloadRootOf } from '../../manifest/contract.ts';
import type { EndpointRole, PermissionRole } from '../../manifest/endpoints.ts';
import { eventNames, eventsOf } from '../../manifest/events.ts';
import { type LifecycleEvent, lifecycleEvents, namespaceOf, permissionRoles } from '../../manifest/namespace.ts';
import { knownServices, type Manifest } from '../../manifest/schema.ts';
import { camelCase, classStem, kebabCase, titleOf } from '../../text/names.ts';
import { type Runtime, type RuntimeContext, runtimeContextOf } from '../runtime.ts';
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
  fitsInput,
  type SchemasContext,
  sampleRequestOf,
  schemasContext,
  type TypeKeyContext,
  typeKeyContexts,
  undeclaredIn,
} from './schemas-context.ts';
import {
  type ConfigurationContext,
  configurationContext,
  type ProviderContext,
  providerContext,
  type SettingContext,
  settingContext,
} from './setting-context.ts';

/** The data for module templates, prepared so that templates need almost no logic. */
export interface Context {
  /** The module's name: `document_search`. */
  readonly name: string;
  /** `documentSearch` */
  readonly camelName: string;
  /** `document-search` */
  readonly kebabName: string;
  /** `Document search` */
  readonly title: string;
  /** Prefix of the module's environment variables: `DOCUMENT_SEARCH`. */
  readonly envPrefix: string;
  /** Version of the module. */
  readonly version: string;
  /** The module's description. */
  readonly description: string;
  /** The module's author. */
  readonly author: string;
  /** Name of the module's class: `DocumentSearchModule`. */
  readonly className: string;
  /** The class name without the suffix `Module`: `DocumentSearch` in `DocumentSearchService`. */
  readonly stem: string;
  /** Prefix of the module's permissions and events: usually its name. */
  readonly namespace: string;
  /** The whole manifest. */
  readonly manifest: Manifest;
  /** The module's dependencies, by kind. */
  readonly dependencies: DependencyGroups;
  /** The text of the file with the module's types. */
  readonly schemas: SchemasContext;
  /** Whether the manifest declares a type of the input. */
  readonly hasInput: boolean;
  /** Whether the manifest declares a type of the options. */
  readonly hasOptions: boolean;
  /** Whether the options have a required property without a default: then jobs can't be started without options. */
  readonly requiresOptions: boolean;
  /** A property that the type of the input does not accept; null if it accepts any. */
  readonly undeclaredInput: string | null;
  /** The body of a request that starts a job, as JSON in quotes for a shell. */
  readonly sampleRequest: string;
  /** Whether the manifest declares a type of the output. */
  readonly hasOutput: boolean;
  /** Whether the manifest declares a type of the input or of the output. */
  readonly isTyped: boolean;
  /** The keys with types that the manifest has, each with its value: `types`, `input`, `options`, `output`. */
  readonly typeKeys: readonly TypeKeyContext[];
  /** All endpoints, in the manifest's order. */
  readonly endpoints: readonly EndpointContext[];
  /** The standard endpoints by role, null if the manifest does not have one: `endpoint.result.path`. */
  readonly endpoint: Readonly<Record<EndpointRole, EndpointContext | null>>;
  /** The endpoints beyond the standard ones. */
  readonly extraEndpoints: readonly EndpointContext[];
  /** Whether an endpoint takes the module's own input as its body. */
  readonly takesInput: boolean;
  /** Whether an endpoint takes the module's own input, or an input of its own. */
  readonly takesSample: boolean;
  /** Whether an endpoint has an output of its own. */
  readonly givesSample: boolean;
  /** The endpoints beyond the standard ones with a type of their input or output. */
  readonly typedEndpoints: readonly EndpointContext[];
  /** The endpoints beyond the standard ones with a type of their input. */
  readonly inputEndpoints: readonly EndpointContext[];
  /** The endpoints beyond the standard ones without types. */
  readonly untypedEndpoints: readonly EndpointContext[];
  /** The extra endpoints without a request body. */
  readonly extraWithoutBody: readonly EndpointContext[];
  /** All permissions, in the manifest's order, each with a short key. */
  readonly permissions: readonly PermissionContext[];
  /** The standard permissions by role, null if the manifest does not have one: `permission.admin`. */
  readonly permission: Readonly<Record<PermissionRole, string | null>>;
  /** All emitted events, in the manifest's order. */
  readonly events: readonly EventContext[];
  /** The lifecycle events of jobs by their last word, null if the manifest does not have one: `event.started`. */
  readonly event: Readonly<Record<LifecycleEvent, string | null>>;
  /** The emitted events except lifecycle events. */
  readonly extraEvents: readonly EventContext[];
  /** The subscribed events. */
  readonly subscriptions: readonly EventContext[];
  /** Whether the module subscribes to `user.deleted`. */
  readonly subscribesUserDeleted: boolean;
  /** The subscribed events except `user.deleted`. */
  readonly otherSubscriptions: readonly EventContext[];
  /** The other subscriptions in the module's own namespace. They start no jobs, to avoid endless loops. */
  readonly ownSubscriptions: readonly EventContext[];
  /** The other subscriptions, which start jobs. */
  readonly startingSubscriptions: readonly EventContext[];
  /** Those whose data fits the input, as far as the types tell. */
  readonly fittingSubscriptions: readonly EventContext[];
  /** Whether code of the module gets the event that a subscription delivers. */
  readonly handlesEvents: boolean;
  /** Whether an event that the module publishes has a type of its data. */
  readonly hasOwnPayloads: boolean;
  /** Whether an own event or a subscribed one has a type of its data. */
  readonly hasPayloads: boolean;
  /** All configuration keys of the manifest, in their long form. */
  readonly settings: readonly SettingContext[];
  /** The settings that only this module has, with any values. */
  readonly moduleSettings: readonly SettingContext[];
  /** The settings that every module has. */
  readonly standardSettings: readonly SettingContext[];
  /** The settings that only this module has. */
  readonly ownSettings: readonly SettingContext[];
  /** The settings that name an environment variable or are secret. */
  readonly envSettings: readonly SettingContext[];
  /** The settings that are secret themselves, and do not name a variable. */
  readonly secretSettings: readonly SettingContext[];
  /** The settings of this module with a closed set of values. */
  readonly enumSettings: readonly SettingContext[];
  /** The settings that are strings or have the long form in the manifest. */
  readonly describedSettings: readonly SettingContext[];
  /** The manifest's `configuration`, in its original form. */
  readonly configuration: readonly ConfigurationContext[];
  /** The default provider: `local`, `sample`, `openai`, or one of the module's own. */
  readonly provider: string;
  /** The providers that the configuration may name. */
  readonly providers: ProviderContext;
  /** The module's resource limits. */
  readonly resources: { readonly cpu: string; readonly memory: string; readonly max_concurrent_jobs: number };
  /** Where modules import parts of this host from, as specifiers for files in the module's folder. */
  readonly imports: Readonly<Record<string, string>>;
  /** The template pack. */
  readonly pack: { readonly name: string; readonly version: string };
  /** The runtime that the module imports; null if the pack has none. */
  readonly runtime: RuntimeContext | null;
}

/** The part of a pack that the context of a module depends on. */
type ContextPack = Context['pack'] & { readonly runtime?: Runtime | undefined };

interface DependencyGroups {
  readonly services: readonly string[];
  readonly modules: readonly string[];
  readonly packages: readonly string[];
}

export function contextOf(manifest: Manifest, pack: ContextPack, imports: Context['imports']): Context {
  const { name } = manifest;
  const namespace = namespaceOf(manifest);
  const contract = contractOf(manifest);
  const endpoints = endpointContexts(manifest, namespace, contract);
  const extra = endpoints.filter((endpoint) => endpoint.role === null);
  const takesInput = endpoints.some(({ role, hasBody, isTyped }) =>
    role === null ? hasBody && !isTyped : role === 'process',
  );
  const eventsIn = (list: 'events_emitted' | 'events_subscribed', own: string): EventContext[] =>
    eventContexts(
      eventsOf(manifest[list], own),
      (index) => payloadRootOf(contract, manifest, list, index),
      (payload) => fitsInput(payload, contract),
    );
  const events = eventsIn('events_emitted', namespace);
  const subscriptions = eventsIn('events_subscribed', '');
  const emitted = eventNames(manifest.events_emitted);
  const lifecycle = lifecycleEvents.map((verb) => `${namespace}.${verb}`);
  const extraEvents = events.filter((event) => !lifecycle.includes(event.name));
  const others = subscriptions.filter((event) => event.name !== 'user.deleted');
  const own = others.filter((event) => event.namespace === namespace);
  const starting = others.filter((event) => event.namespace !== namespace);
  const requiresOptions = requiresValue(contract.types);
  const configuration = Object.entries(manifest.configuration);
  const settings = configuration.map(([key, value]) => settingContext(key, value));
  const provider = settings.find((setting) => setting.key === 'provider');
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
    schemas: schemasContext(contract),
    hasInput: manifest.input !== undefined,
    hasOptions: manifest.options !== undefined,
    requiresOptions,
    undeclaredInput: undeclaredIn(contract),
    sampleRequest: sampleRequestOf(contract, requiresOptions),
    hasOutput: manifest.output !== undefined,
    isTyped: manifest.input !== undefined || manifest.output !== undefined,
    typeKeys: typeKeyContexts(manifest),
    endpoints,
    endpoint: byRole(endpointRoles, (role) => endpoints.find((endpoint) => endpoint.role === role) ?? null),
    extraEndpoints: extra,
    takesInput,
    takesSample: takesInput || extra.some((endpoint) => endpoint.input !== null),
    givesSample: extra.some((endpoint) => endpoint.output !== null),
    typedEndpoints: extra.filter((endpoint) => endpoint.isTyped),
    inputEndpoints: extra.filter((endpoint) => endpoint.input !== null),
    untypedEndpoints: extra.filter((endpoint) => !endpoint.isTyped),
    extraWithoutBody: extra.filter((endpoint) => !endpoint.hasBody),
    permissions: permissionContexts(manifest.permissions_required, namespace),
    permission: byRole(permissionRoles, (role) => present(`${namespace}:${role}`, manifest.permissions_required)),
    events,
    event: byRole(lifecycleEvents, (verb) => present(`${namespace}.${verb}`, emitted)),
    extraEvents,
    hasOwnPayloads: extraEvents.some((event) => event.payload !== null),
    hasPayloads: [...extraEvents, ...others].some((event) => event.payload !== null),
    subscriptions,
    subscribesUserDeleted: subscriptions.some((event) => event.name === 'user.deleted'),
    otherSubscriptions: others,
    ownSubscriptions: own,
    startingSubscriptions: starting,
    fittingSubscriptions: starting.filter((event) => event.fitsInput),
    handlesEvents: others.length < subscriptions.length || own.length > 0 || (requiresOptions && starting.length > 0),
    settings,
    moduleSettings: settings.filter(({ key }) => !Object.hasOwn(standardSettings, key)),
    standardSettings: settings.filter((setting) => setting.isStandard),
    ownSettings: settings.filter((setting) => !setting.isStandard),
    envSettings: settings.filter((setting) => setting.isEnv || setting.secret === true),
    secretSettings: settings.filter((setting) => setting.isSecret),
    enumSettings: settings.filter((setting) => setting.enum !== undefined && !setting.isStandard),
    describedSettings: settings.filter((setting) => setting.isLong || setting.type === 'string'),
    configuration: configuration.map(([key, value]) => configurationContext(key, value)),
    provider: String(provider?.default ?? 'local'),
    providers: providerContext(provider?.enum),
    resources: {
      ...manifest.resources,
      cpu: String(manifest.resources.cpu),
      memory: String(manifest.resources.memory),
    },
    imports,
    pack,
    runtime: pack.runtime === undefined ? null : runtimeContextOf(pack.runtime),
  };
}

function requiresValue(types: Types): boolean {
  const options = types.get('Options');
  const type = options && resolve(options, types);
  if (type?.kind === 'union') return true;
  return type?.kind === 'object' && type.properties.some((each) => each.isRequired && each.default === undefined);
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
