import { eventNames } from '../../manifest/events.ts';
import { isInNamespace, namespaceOf } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { comparePaths } from '../../tree/tree.ts';
import { findCycles } from './cycles.ts';

/** A module to draw. `manifest` is `undefined` if it is invalid. */
export interface DrawnManifest {
  /** Name of the folder. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest | undefined;
}

export interface GraphModule {
  readonly name: string;
  /** `undefined` if modules depend on it, but the host does not have it. */
  readonly folder: string | undefined;
  readonly state: 'valid' | 'invalid' | 'missing';
  readonly version: string | undefined;
  readonly description: string;
  /** Prefix of its permissions and events. */
  readonly namespace: string;
  readonly permissions: readonly string[];
  /** Dependencies that are no modules. */
  readonly services: readonly string[];
  /** Emitted events without a subscriber. */
  readonly unheard: readonly string[];
  /** Subscribed events that modules emit. */
  readonly heard: readonly string[];
  /** Subscribed events that the host emits. */
  readonly fromHost: readonly string[];
}

/** An event with a subscriber. Modules are indexes in `modules`. */
export interface GraphEvent {
  readonly name: string;
  readonly publishers: readonly number[];
  readonly subscribers: readonly number[];
}

/** A module that needs another one, or permissions of its namespace. Modules are indexes in `modules`. */
export interface GraphLink {
  readonly from: number;
  readonly to: number;
  /** Empty for a dependency. */
  readonly permissions: readonly string[];
}

export interface ModuleGraph {
  readonly modules: readonly GraphModule[];
  /** Events with a subscriber in a module, without those that only the host emits. */
  readonly events: readonly GraphEvent[];
  readonly dependencies: readonly GraphLink[];
  readonly permissions: readonly GraphLink[];
  /** Groups of modules that need each other, so that none of them starts. */
  readonly cycles: readonly (readonly number[])[];
  /** Groups of modules whose events reach the module that emitted the first one. */
  readonly loops: readonly (readonly number[])[];
}

const prefix = 'module:';

/** The graph of the modules of a host, sorted by name. */
export function graphOf(drawn: readonly DrawnManifest[], hostEvents: readonly string[]): ModuleGraph {
  const manifests = [...drawn].sort((a, b) => comparePaths(a.name, b.name));
  const numberOf = new Map<string, number>();
  for (const [index, { name, manifest }] of manifests.entries())
    if (!numberOf.has(manifest?.name ?? name)) numberOf.set(manifest?.name ?? name, index);
  const missing = [...new Set(manifests.flatMap(({ manifest }) => neededNames(manifest)))]
    .filter((name) => !numberOf.has(name))
    .sort(comparePaths);
  for (const [index, name] of missing.entries()) numberOf.set(name, manifests.length + index);

  const events = eventsOf(manifests, new Set(hostEvents));
  const modules = [
    ...manifests.map((one) => moduleOf(one, events, new Set(hostEvents))),
    ...missing.map((name) => ({ ...unknown, name, folder: undefined, state: 'missing' as const })),
  ];
  const dependencies = manifests.flatMap(({ manifest }, from) =>
    [...new Set(neededNames(manifest))].map((name) => ({ from, to: numberOf.get(name) as number, permissions: [] })),
  );
  const flows = events.flatMap(({ publishers, subscribers }) =>
    publishers.flatMap((from) => subscribers.map((to) => ({ from, to }))),
  );
  return {
    modules,
    events,
    dependencies,
    permissions: permissionLinks(manifests),
    cycles: findCycles(modules.length, dependencies),
    loops: findCycles(modules.length, flows),
  };
}

const unknown = {
  version: undefined,
  description: '',
  namespace: '',
  permissions: [],
  services: [],
  unheard: [],
  heard: [],
  fromHost: [],
};

function neededNames(manifest: Manifest | undefined): string[] {
  const modules = (manifest?.dependencies ?? []).filter((entry) => entry.startsWith(prefix));
  return modules.map((entry) => entry.slice(prefix.length));
}

function moduleOf(
  { name, folder, manifest }: DrawnManifest,
  events: readonly GraphEvent[],
  hostEvents: ReadonlySet<string>,
): GraphModule {
  if (manifest === undefined) return { ...unknown, name, folder, state: 'invalid' };
  const subscribed = new Set(events.map((event) => event.name));
  const emitted = new Set(events.flatMap((event) => (event.publishers.length === 0 ? [] : [event.name])));
  return {
    name: manifest.name,
    folder,
    state: 'valid',
    version: manifest.version,
    description: manifest.description,
    namespace: namespaceOf(manifest),
    permissions: manifest.permissions_required,
    services: manifest.dependencies.filter((entry) => !entry.startsWith(prefix)),
    unheard: eventNames(manifest.events_emitted).filter((event) => !subscribed.has(event)),
    heard: eventNames(manifest.events_subscribed).filter((event) => emitted.has(event)),
    fromHost: eventNames(manifest.events_subscribed).filter((event) => hostEvents.has(event)),
  };
}

/** Every event that a module subscribes to, unless the host emits it and no module does. */
function eventsOf(manifests: readonly DrawnManifest[], hostEvents: ReadonlySet<string>): GraphEvent[] {
  const users = (key: 'events_emitted' | 'events_subscribed') => {
    const found = new Map<string, number[]>();
    for (const [index, { manifest }] of manifests.entries())
      for (const event of new Set(eventNames(manifest?.[key] ?? [])))
        found.set(event, [...(found.get(event) ?? []), index]);
    return found;
  };
  const publishers = users('events_emitted');
  return [...users('events_subscribed')]
    .filter(([name]) => publishers.has(name) || !hostEvents.has(name))
    .map(([name, subscribers]) => ({ name, publishers: publishers.get(name) ?? [], subscribers }))
    .sort((a, b) => comparePaths(a.name, b.name));
}

/** Permissions that a module requires and that belong to the namespace of another module. */
function permissionLinks(manifests: readonly DrawnManifest[]): GraphLink[] {
  const owners = manifests.flatMap(({ manifest }, index) =>
    manifest === undefined ? [] : [{ index, namespace: namespaceOf(manifest) }],
  );
  return manifests.flatMap(({ manifest }, from) =>
    owners.flatMap(({ index: to, namespace }) => {
      const own = owners.find(({ index }) => index === from)?.namespace;
      if (manifest === undefined || to === from || namespace === own) return [];
      const permissions = manifest.permissions_required.filter((one) => isInNamespace(one, namespace));
      return permissions.length === 0 ? [] : [{ from, to, permissions }];
    }),
  );
}

/** Which modules and links are in a cycle or an event loop. */
export function marksOf({ cycles, loops }: ModuleGraph): {
  readonly inCycle: ReadonlySet<number>;
  isInCycle(link: GraphLink): boolean;
  isInLoop(event: GraphEvent): boolean;
} {
  const isWithin = (group: readonly number[], from: number, to: number) => group.includes(from) && group.includes(to);
  return {
    inCycle: new Set(cycles.flat()),
    isInCycle: ({ from, to }) => cycles.some((cycle) => isWithin(cycle, from, to)),
    isInLoop: ({ publishers, subscribers }) =>
      loops.some((loop) => publishers.some((from) => subscribers.some((to) => isWithin(loop, from, to)))),
  };
}

/** What is wrong in the graph, one sentence each. */
export function graphProblems({ modules, events, dependencies, cycles, loops }: ModuleGraph): string[] {
  const nameOf = (index: number) => modules[index]?.name ?? '';
  const names = (indexes: readonly number[]) => indexes.map(nameOf).join(', ');
  return [
    ...cycles.map((cycle) =>
      cycle.length === 1
        ? `Cycle: ${names(cycle)} depends on itself, so it never starts.`
        : `Cycle: ${names(cycle)} depend on each other, so none of them starts.`,
    ),
    ...modules.flatMap(({ name, state }, index) => {
      const users = dependencies.filter(({ to }) => to === index).map(({ from }) => from);
      return state === 'missing' ? [`The host has no module ${name}, which ${names(users)} needs.`] : [];
    }),
    ...modules.flatMap(({ folder, state }) =>
      state === 'invalid' ? [`${folder}/manifest.yaml is invalid. Run \`create-ai-module validate\`.`] : [],
    ),
    ...events.flatMap(({ name, publishers, subscribers }) =>
      publishers.length === 0 ? [`Nothing emits ${name}, to which ${names(subscribers)} subscribes.`] : [],
    ),
    ...loops.map((loop) =>
      loop.length === 1
        ? `Event loop: ${names(loop)} subscribes to its own event.`
        : `Event loop: ${names(loop)} subscribe to events of each other.`,
    ),
  ];
}

/** The graph for `--json`, with names. */
export function graphToJson(graph: ModuleGraph): Readonly<Record<string, unknown>> {
  const { modules, events, dependencies, permissions, cycles, loops } = graph;
  const nameOf = (index: number) => modules[index]?.name ?? '';
  return {
    modules: modules.map(
      ({ folder = null, version = null, name, state, permissions: own, services, unheard, fromHost }) => ({
        name,
        folder,
        version,
        state,
        permissions: own,
        services,
        unheard,
        fromHost,
      }),
    ),
    events: events.map(({ name, publishers, subscribers }) => ({
      name,
      publishers: publishers.map(nameOf),
      subscribers: subscribers.map(nameOf),
    })),
    dependencies: dependencies.map(({ from, to }) => ({ from: nameOf(from), to: nameOf(to) })),
    permissions: permissions.map(({ from, to, permissions }) => ({ from: nameOf(from), to: nameOf(to), permissions })),
    cycles: cycles.map((cycle) => cycle.map(nameOf)),
    loops: loops.map((loop) => loop.map(nameOf)),
  };
}
