import { takenTypeNames } from '../contract/names.ts';
import { type Root, readTypes, referredBy } from '../contract/read-type.ts';
import { namesIn, type Types } from '../contract/type.ts';
import type { Problem } from '../diagnostic.ts';
import { fingerprintOf } from '../text/fingerprint.ts';
import { pascalCase } from '../text/names.ts';
import { endpointsOf } from './endpoints.ts';
import { eventNames, eventsOf } from './events.ts';
import { namespaceOf } from './namespace.ts';
import type { Manifest } from './schema.ts';

/** A schema that stands for itself: the input of the module, the payload of an event. */
export interface ContractRoot extends Root {
  /** What has this type, for messages: `input`, `the input of POST /preview`. */
  readonly subject: string;
  /** Name of a value that fits, in snake_case; `undefined` if generated code needs none. */
  readonly sample?: string;
}

/** The types of a manifest. */
export interface Contract {
  /** The declared types and the roots. Incomplete if there are problems. */
  readonly types: Types;
  readonly roots: readonly ContractRoot[];
  readonly problems: readonly Problem[];
  /** The roots and the types that something refers to, also if generated code does not declare them. */
  readonly referredNames: () => ReadonlySet<string>;
  /** The root at a path of the manifest: `['events_emitted', 0, 'payload']`. */
  readonly rootAt: (path: Problem['path']) => ContractRoot | undefined;
  /** The types that a root refers to, and the roots: what generated code declares. */
  readonly usedTypes: () => Types;
  /** Identifies the types; `undefined` if nothing has one. */
  readonly fingerprint: () => string | undefined;
}

/** Most manifests have no types, and several rules ask for them. */
const untyped: Contract = {
  types: new Map(),
  roots: [],
  problems: [],
  referredNames: () => new Set(),
  rootAt: () => undefined,
  usedTypes: () => new Map(),
  fingerprint: () => undefined,
};

/** Reads the types of a manifest. The manifest may have any value at the places of schemas. */
export function contractOf(manifest: Manifest): Contract {
  const roots = [...moduleRoots(manifest), ...endpointRoots(manifest), ...payloadRoots(manifest)];
  if (manifest.types === undefined && roots.length === 0) return untyped;
  const { types, problems } = readTypes(manifest.types, roots);
  const taken = takenNames(manifest, roots);
  const byPath = new Map(roots.map((root) => [root.path.join('/'), root]));
  return {
    types,
    roots,
    problems: taken.length > 0 ? taken : problems,
    referredNames: () => {
      const names = roots.flatMap(({ name, schema }) => [name, referredBy(schema) ?? name]);
      return namesFrom(types, names);
    },
    rootAt: (path) => byPath.get(path.join('/')),
    usedTypes: () => usedTypes(types, roots),
    fingerprint: () => typesFingerprint(manifest),
  };
}

/** Identifies everything in a manifest that `schemas` depends on; `undefined` if nothing has a type. The runtimes do the same. */
export function typesFingerprint({ types = {}, input, options, output, endpoints, ...manifest }: Manifest) {
  const ofEndpoints = endpoints.flatMap((entry) =>
    typeof entry === 'string' || (entry.input ?? entry.output) === undefined
      ? []
      : [[entry.endpoint, entry.input, entry.output]],
  );
  const [emitted, subscribed] = [manifest.events_emitted, manifest.events_subscribed].map((entries) =>
    entries.flatMap((entry) =>
      typeof entry === 'string' || entry.payload === undefined ? [] : [[entry.event, entry.payload]],
    ),
  );
  const isTyped = [input, options, output, ...ofEndpoints, emitted?.[0], subscribed?.[0]].some(
    (each) => each !== undefined,
  );
  return isTyped ? fingerprintOf([types, input, options, output, ofEndpoints, emitted, subscribed]) : undefined;
}

function moduleRoots({ input, options, output }: Manifest): ContractRoot[] {
  return [
    ...(input === undefined
      ? []
      : [{ name: 'Input', subject: 'input', sample: 'sample', path: ['input'], schema: input }]),
    ...(options === undefined
      ? []
      : [{ name: 'Options', subject: 'options', sample: 'sample_options', path: ['options'], schema: options }]),
    ...(output === undefined
      ? []
      : [{ name: 'Output', subject: 'output', sample: 'sample_output', path: ['output'], schema: output }]),
  ];
}

function endpointRoots(manifest: Manifest): ContractRoot[] {
  if (manifest.endpoints.every((entry) => typeof entry === 'string')) return [];
  return endpointsOf(manifest).flatMap(({ given, handler, method, path }, index) => {
    const rootOf = (key: 'input' | 'output', name: string, sample: string): ContractRoot[] =>
      given[key] === undefined
        ? []
        : [
            {
              name,
              subject: `the ${key} of ${method} ${path}`,
              sample: `${handler}_${sample}`,
              path: ['endpoints', index, key],
              schema: given[key],
            },
          ];
    return [
      ...rootOf('input', `${typeName(handler)}Input`, 'sample'),
      ...rootOf('output', `${typeName(handler)}Output`, 'sample_output'),
    ];
  });
}

function payloadRoots(manifest: Manifest): ContractRoot[] {
  const hasPayload = (entry: Manifest['events_emitted'][number]) =>
    typeof entry !== 'string' && entry.payload !== undefined;
  if (!manifest.events_emitted.some(hasPayload) && !manifest.events_subscribed.some(hasPayload)) return [];
  const used = new Set(takenTypeNames);
  for (const { name, sample = '' } of endpointRoots(manifest)) used.add(name).add(sample);
  const lists = [
    ['events_emitted', eventsOf(manifest.events_emitted, namespaceOf(manifest))],
    ['events_subscribed', eventsOf(manifest.events_subscribed, '')],
  ] as const;
  return lists.flatMap(([list, events]) =>
    events.flatMap(({ event, handler, payload }, index): ContractRoot[] => {
      if (payload === undefined) return [];
      const stem = freeStem(handler, used);
      const [name, sample] = [typeName(stem), `${stem}_sample`];
      used.add(name).add(sample);
      const subject = `the payload of ${event}`;
      return [{ name, subject, sample, path: [list, index, 'payload'], schema: payload, isOpen: true }];
    }),
  );
}

/** `approved`, or `approved_payload` if another name in the code would be the same. */
function freeStem(handler: string, used: ReadonlySet<string>): string {
  const isFree = (stem: string): boolean => !used.has(typeName(stem)) && !used.has(`${stem}_sample`);
  if (isFree(handler)) return handler;
  let stem = `${handler}_payload`;
  for (let number = 2; !isFree(stem); number += 1) stem = `${handler}_payload_${number}`;
  return stem;
}

/** `get_documents_by_id` → `GetDocumentsById` */
function typeName(handler: string): string {
  return pascalCase(handler).replaceAll('_', '');
}

/** A type that has the name of another root, such as `PreviewInput`. */
function takenNames({ types }: Manifest, roots: readonly ContractRoot[]): Problem[] {
  if (typeof types !== 'object' || types === null) return [];
  return roots
    .filter(({ name }) => !takenTypeNames.has(name) && Object.hasOwn(types, name))
    .map(({ name, subject }) => ({
      path: ['types', name],
      at: 'key',
      message: `the type name ${name} is reserved for ${subject}`,
      hint: `Choose another name, like ${name}Value.`,
    }));
}

function usedTypes(types: Types, roots: readonly ContractRoot[]): Types {
  const used = namesFrom(
    types,
    roots.map(({ name }) => name),
  );
  return new Map([...types].filter(([name]) => used.has(name)));
}

/** The names, and those that their types refer to. */
function namesFrom(types: Types, names: readonly string[]): Set<string> {
  const used = new Set<string>();
  const visit = (name: string): void => {
    const type = types.get(name);
    if (type === undefined || used.has(name)) return;
    used.add(name);
    namesIn(type).forEach(visit);
  };
  names.forEach(visit);
  return used;
}

/** The payload of an event of the module's own: also if the module subscribes to it without a payload. */
export function payloadRootOf(contract: Contract, manifest: Manifest, list: EventList, index: number) {
  const own = contract.rootAt([list, index, 'payload']);
  if (own !== undefined || list === 'events_emitted') return own;
  const event = eventNames(manifest.events_subscribed)[index] ?? '';
  return contract.rootAt(['events_emitted', eventNames(manifest.events_emitted).indexOf(event), 'payload']);
}

export type EventList = 'events_emitted' | 'events_subscribed';
