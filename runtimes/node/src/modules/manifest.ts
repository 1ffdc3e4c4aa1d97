import * as z from 'zod';

const NAME = /^[a-z][a-z0-9_]{1,49}$/;
const SEMVER = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const PERMISSION = /^[a-z][a-z0-9_.-]*(:[a-z][a-z0-9_.-]*)+$/;
const EVENT = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
const ENDPOINT = /^((GET|POST|PUT|PATCH|DELETE) )?\/\S*$/;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A quantity as in Kubernetes: `500m`, `512Mi`, or a plain number. */
const quantity = z.union([z.string(), z.number()]).optional();

/** The long form of a configuration key. A bare scalar means `{ default: scalar }`. */
const Setting = z.strictObject({
  type: z.string().optional(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  enum: z.array(scalar).optional(),
  description: z.string().optional(),
  secret: z.boolean().optional(),
});

const Configuration = z.record(z.string(), z.union([scalar, z.array(z.unknown()), Setting]));
export type Configuration = z.output<typeof Configuration>;

/** `manifest.yaml`: what a module is, in the words of its author. */
export const Manifest = z.strictObject({
  name: z.string().regex(NAME),
  version: z.string().regex(SEMVER),
  description: z.string().default(''),
  author: z.string().default(''),
  class_name: z.string(),
  dependencies: z.array(z.string()).default([]),
  endpoints: z.array(z.string().regex(ENDPOINT)).default([]),
  permissions_required: z.array(z.string().regex(PERMISSION)).default([]),
  events_emitted: z.array(z.string().regex(EVENT)).default([]),
  events_subscribed: z.array(z.string().regex(EVENT)).default([]),
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
export type Manifest = z.output<typeof Manifest>;

/** The modules that must be ready before this one. */
export function requiredModules(manifest: Manifest): string[] {
  const prefix = 'module:';
  return manifest.dependencies.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
}

const METHODS: ReadonlyArray<readonly [path: RegExp, method: string]> = [
  [/\/(status|result)\/\{\w+\}$/, 'GET'],
  [/\/(list|stats)$/, 'GET'],
];

/** The endpoints as `METHOD /path`, sorted. One without a method has that of the standard endpoint it is, or POST. */
export function endpointsOf(manifest: Manifest): string[] {
  const full = manifest.endpoints.map((entry) => {
    if (!entry.startsWith('/')) return entry;
    return `${METHODS.find(([path]) => path.test(entry))?.[1] ?? 'POST'} ${entry}`;
  });
  return full.sort();
}
