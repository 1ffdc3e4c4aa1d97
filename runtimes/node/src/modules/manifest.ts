import * as z from 'zod';
import { fingerprintOf } from './fingerprint.ts';
import { findTypeProblem, TypeSchema } from './type-schema.ts';

const NAME = /^[a-z][a-z0-9_]{1,49}$/;
const SEMVER = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const PERMISSION = /^[a-z][a-z0-9_.-]*(:[a-z][a-z0-9_.-]*)+$/;
const EVENT = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
const ENDPOINT = /^((GET|POST|PUT|PATCH|DELETE) )?\/\S*$/;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A quantity as in Kubernetes: `500m`, `512Mi`, or a plain number. */
const quantity = z.union([z.string(), z.number()]).optional();

/** The long form of a configuration key. A bare value means `{ default: value }`. */
const Setting = z.strictObject({
  type: z.string().optional(),
  /** Of a list. */
  items: z.strictObject({ type: z.enum(['string', 'integer', 'number', 'boolean']) }).optional(),
  minItems: z.number().int().min(0).optional(),
  maxItems: z.number().int().min(0).optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  pattern: z.string().optional(),
  enum: z.array(scalar).optional(),
  description: z.string().optional(),
  secret: z.boolean().optional(),
});

const Configuration = z.record(z.string(), z.union([scalar, z.array(scalar), Setting]));
export type Configuration = z.output<typeof Configuration>;

const EndpointEntry = z.strictObject({
  endpoint: z.string().regex(ENDPOINT),
  /** The body, or the query of GET and DELETE. */
  input: TypeSchema.optional(),
  output: TypeSchema.optional(),
  /** Default: by role or method, such as `my_module:create`. */
  permission: z.string().regex(PERMISSION).optional(),
  summary: z.string().optional(),
});
/** An endpoint of the manifest in its long form. */
export type EndpointEntry = z.output<typeof EndpointEntry>;

const EventEntry = z.strictObject({ event: z.string().regex(EVENT), payload: TypeSchema.optional() });
type EventEntry = z.output<typeof EventEntry>;

const endpoint = z.union([
  z
    .string()
    .regex(ENDPOINT)
    .transform((text) => ({ endpoint: text })),
  EndpointEntry,
]);
const event = z.union([
  z
    .string()
    .regex(EVENT)
    .transform((text) => ({ event: text })),
  EventEntry,
]);

const ManifestFile = z.strictObject({
  name: z.string().regex(NAME),
  version: z.string().regex(SEMVER),
  description: z.string().default(''),
  author: z.string().default(''),
  class_name: z.string(),
  dependencies: z.array(z.string()).default([]),
  types: z.record(z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/), TypeSchema).default({}),
  /** `input_data` of POST /process and of jobs that events start. */
  input: TypeSchema.optional(),
  options: TypeSchema.optional(),
  output: TypeSchema.optional(),
  endpoints: z.array(endpoint).default([]),
  permissions_required: z.array(z.string().regex(PERMISSION)).default([]),
  events_emitted: z.array(event).default([]),
  events_subscribed: z.array(event).default([]),
  resources: z
    .strictObject({
      cpu: quantity,
      memory: quantity,
      /** Jobs of the module that run at the same time, over all processes. */
      max_concurrent_jobs: z.number().int().min(1).default(10),
    })
    .prefault({}),
  configuration: Configuration.default({}),
});

/** `manifest.yaml`: what a module is, in the words of its author. */
export const Manifest = ManifestFile.transform((file, context) => {
  const { endpoints, events_emitted, events_subscribed, types, input, options, output } = file;
  const entries = endpoints as EndpointEntry[];
  const payloads = [...events_emitted, ...events_subscribed].map((entry: EventEntry) => entry.payload);
  const objects = [input, options, output, ...entries.map((entry) => entry.input)];
  const others = [...entries.map((entry) => entry.output), ...payloads];
  const ofEvents = [events_emitted, events_subscribed].map((entries: EventEntry[]) =>
    entries.flatMap(({ event, payload }) => (payload === undefined ? [] : [[event, payload]])),
  );
  const ofEndpoints = entries.flatMap(({ endpoint, ...entry }) =>
    entry.input === undefined && entry.output === undefined ? [] : [[endpoint, entry.input, entry.output]],
  );
  const given = (all: readonly (TypeSchema | undefined)[]) => all.filter((type) => type !== undefined);
  const problem = findTypeProblem(types, given(objects), given(others));
  if (problem !== undefined) context.addIssue(problem);
  for (const { permission } of entries)
    if (permission !== undefined && !file.permissions_required.includes(permission))
      context.addIssue(`${permission} is not in permissions_required`);
  return {
    ...file,
    endpoints: endpoints.map((entry) => entry.endpoint),
    /** `endpoints` with their types. */
    endpoint_entries: entries,
    /** Identifies the types; `undefined` if nothing has one. */
    fingerprint:
      given([...objects, ...others]).length === 0
        ? undefined
        : fingerprintOf([types, input, options, output, ofEndpoints, ...ofEvents]),
    events_emitted: events_emitted.map((entry) => entry.event),
    events_subscribed: events_subscribed.map((entry) => entry.event),
  };
});
export type Manifest = z.output<typeof Manifest>;

/** Whether the manifest says what results look like, or what they are made from. */
export function isTyped({ input, output }: Pick<Manifest, 'input' | 'output'>): boolean {
  return input !== undefined || output !== undefined;
}

/** The modules that must be ready before this one. */
export function requiredModules(manifest: Manifest): string[] {
  const prefix = 'module:';
  return manifest.dependencies.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
}

export {
  /** @deprecated Tests of version 0.1 import it from here. */
  endpointsOf,
} from './endpoints.ts';
