import * as z from 'zod/mini';
import { oneLine } from '../text/literals.ts';
import { invalidModuleNameReason, isKeyword, isReservedClassName, moduleNamePattern } from '../text/names.ts';

/** A larger file is refused before it is parsed. */
export const maxManifestBytes = 1_000_000;

/** Resources of a module whose manifest does not set them. */
export const usualResources = { cpu: '1', memory: '512Mi', max_concurrent_jobs: 10 };

/** Names of dependencies that are services, not packages. */
export const knownServices: ReadonlySet<string> = new Set(
  'redis celery postgres postgresql bullmq pglite sqlite rabbitmq kafka s3 minio elasticsearch qdrant'.split(' '),
);

/** Returns why a value is invalid, as the end of a sentence, or `undefined` for a valid value. */
export type WhyNot = (value: string) => string | undefined;

/** Characters are code points, as in JSON Schema. */
const lengthOf = (value: string) => [...value].length;
const isLonger = (value: string, limit: number) => value.length > limit && lengthOf(value) > limit;

const unprintable =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const endpointPattern = new RegExp(
  `^(?:(${methods.join('|')}) )?((?:/(?:[A-Za-z0-9._~-]+|\\{[a-z][a-z0-9_]*\\}))+)$`,
);

/** Members of the base class of configurations. */
export const takenConfigKeys: ReadonlySet<string> = new Set(
  (
    'construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate ' +
    'model_computed_fields model_config model_construct model_copy model_dump model_dump_json model_extra model_fields ' +
    'model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild model_validate ' +
    'model_validate_json model_validate_strings'
  ).split(' '),
);

/** The names in the braces of a path. */
export function parametersIn(path: string): string[] {
  return (path.match(/\{[^}]*\}/g) ?? []).map((found) => found.slice(1, -1));
}

/** Reasons that several checks share. */
export const reasons = {
  empty: 'is empty',
  control: 'contains a control character',
  half: 'contains an unpaired surrogate',
  dots: 'has a segment . or .., which no request can reach',
  twice: 'names a parameter twice',
  keyword: 'a keyword of Python or TypeScript',
} as const;

/** The most characters of strings that have no pattern with a length. */
export const maxLengths = {
  description: 10_000,
  author: 200,
  endpoint: 200,
  configurationText: 10_000,
  settingDescription: 1_000,
  summary: 200,
} as const;

/** Checks of strings for which a pattern is not enough. */
export const whyNot = {
  name: invalidModuleNameReason,
  className: (value) => {
    if (!patterns.className[0].test(value)) return patterns.className[1];
    return isReservedClassName(value) ? 'is taken by the language or the host' : undefined;
  },
  description: prose(maxLengths.description),
  author: prose(maxLengths.author),
  endpoint: (value) => {
    if (value.length > maxLengths.endpoint) return `has more than ${maxLengths.endpoint} characters`;
    if (!endpointPattern.test(value)) return unknownMethod(value) ?? patterns.endpoint[1];
    const parameters = parametersIn(value);
    if (/\/\.{1,2}(\/|$)/.test(value)) return reasons.dots;
    if (new Set(parameters).size !== parameters.length) return reasons.twice;
    const keyword = parameters.find(isKeyword);
    return keyword === undefined ? undefined : `has the parameter ${keyword}, ${reasons.keyword}`;
  },
  configurationKey: (key) => {
    if (!patterns.configurationKey[0].test(key)) return patterns.configurationKey[1];
    return isKeyword(key) || takenConfigKeys.has(key) ? 'is taken by the language or the host' : undefined;
  },
  configurationText: (value) => {
    const limit = maxLengths.configurationText;
    if (isLonger(value, limit)) return `has ${lengthOf(value)} characters: at most ${limit}`;
    return /\p{Surrogate}/u.test(value) ? reasons.half : undefined;
  },
  settingDescription: prose(maxLengths.settingDescription),
  summary: prose(maxLengths.summary),
} satisfies Readonly<Record<string, WhyNot>>;

function prose(limit: number): WhyNot {
  return (value) => {
    if (!/[!-~]/.test(value) && oneLine(value) === '') return reasons.empty;
    if (isLonger(value, limit)) return `has ${lengthOf(value)} characters: at most ${limit}`;
    return unprintable.test(value) ? reasons.control : undefined;
  };
}

function unknownMethod(value: string): string | undefined {
  const method = /^([A-Za-z]+) +\//.exec(value)?.[1];
  if (method === undefined || (methods as readonly string[]).includes(method)) return undefined;
  return `has the method ${method}; the known methods are ${methods.join(', ')}`;
}

/** A pattern may take too long on a longer string. */
export const maxMatched = 200;

/** Patterns of strings, with the reason for a string that does not match. */
export const patterns = {
  name: [moduleNamePattern, 'must have 2 to 50 characters: a letter a to z, then a to z, 0 to 9 and _'],
  className: [/^[A-Z][A-Za-z0-9]{1,99}$/, 'must be PascalCase: a capital, then letters and digits'],
  endpoint: [endpointPattern, 'must be "METHOD /path", with {snake_case} for parameters'],
  configurationKey: [/^[a-z][a-z0-9_]{0,63}$/, 'must be snake_case: a letter a to z, then a to z, 0 to 9 and _'],
  version: [
    // The grammar of semver.org, without a separate group for build metadata.
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/,
    'must be a semantic version, like "1.0.0", in quotes',
  ],
  permission: [/^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$/, 'must be "namespace:verb", in lower case'],
  event: [/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, 'must be "namespace.verb", in lower case'],
  dependency: [
    /^(module:[a-z][a-z0-9_]*|(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,_-]+\])?([@=<>~!^]+[A-Za-z0-9.*+!_,<>=~^-]+)?)$/,
    'must be a service, "module:<name>" or a package',
  ],
  cpu: [/^([1-9]\d*m|(?!0+(\.0+)?$)\d+(\.\d+)?)$/, 'must be a quantity of CPUs as in Kubernetes: "1", "0.5" or "500m"'],
  memory: [
    /^[1-9]\d*(\.\d+)?(Ei|Pi|Ti|Gi|Mi|Ki|E|P|T|G|M|k)?$/,
    'must be a quantity of bytes as in Kubernetes: "512Mi" or "2Gi"',
  ],
} as const satisfies Readonly<Record<string, readonly [pattern: RegExp, reason: string]>>;

const text = (why: WhyNot) =>
  z.string().check((context) => {
    const reason = why(context.value);
    if (reason !== undefined) context.issues.push({ code: 'custom', message: reason, input: context.value });
  });

const matching = ([pattern, reason]: readonly [RegExp, string]) =>
  z
    .string()
    .check(
      z.maxLength(maxMatched, { error: `has more than ${maxMatched} characters`, abort: true }),
      z.regex(pattern, reason),
    );

const Event = matching(patterns.event);
const Quantity = { cpu: matching(patterns.cpu), memory: matching(patterns.memory) };
const quantity = (schema: z.ZodMiniType<string, string>) => z.union([schema, z.number().check(z.positive())]);

const ConfigurationText = text(whyNot.configurationText);
const Scalar = z.union([ConfigurationText, z.number(), z.boolean()]);

const ScalarType = z.enum(['string', 'integer', 'number', 'boolean']);
const List = z.array(Scalar).check(z.maxLength(1_000));
const ItemCount = z.int().check(z.gte(0), z.lte(1_000));

const SettingDescription = text(whyNot.settingDescription);

export const ConfigurationEntry = z.strictObject({
  type: z.enum([...ScalarType.options, 'array']),
  items: z.optional(z.strictObject({ type: ScalarType })),
  default: z.optional(z.union([Scalar, List])),
  minimum: z.optional(z.number()),
  maximum: z.optional(z.number()),
  minItems: z.optional(ItemCount),
  maxItems: z.optional(ItemCount),
  enum: z.optional(z.array(Scalar).check(z.minLength(1), z.maxLength(100))),
  description: z.optional(SettingDescription),
  secret: z.optional(z.boolean()),
});

const ConfigurationKey = text(whyNot.configurationKey);

const listOf = <T extends z.ZodMiniType>(item: T) => z._default(z.array(item).check(z.maxLength(200)), []);

/** Schemas of types. `contract.ts` reads them: it knows the names of all types, and where a problem is. */
const TypeSchema = z.unknown();
const NamedTypes = z.unknown();

const Endpoint = text(whyNot.endpoint);
const Permission = matching(patterns.permission);
const Summary = text(whyNot.summary);
export const EndpointEntry = z.strictObject({
  endpoint: Endpoint,
  input: z.optional(TypeSchema),
  output: z.optional(TypeSchema),
  permission: z.optional(Permission),
  summary: z.optional(Summary),
});
export const EventEntry = z.strictObject({ event: Event, payload: z.optional(TypeSchema) });
const EventInList = z.union([Event, EventEntry]);
const Dependency = matching(patterns.dependency);

/** The manifest as its author writes it; docs/manifest.md is generated from it. */
export const ManifestSchema = z.strictObject({
  name: text(whyNot.name),
  version: matching(patterns.version),
  description: text(whyNot.description),
  author: text(whyNot.author),
  class_name: text(whyNot.className),
  dependencies: listOf(Dependency),
  types: z.optional(NamedTypes),
  input: z.optional(TypeSchema),
  options: z.optional(TypeSchema),
  output: z.optional(TypeSchema),
  endpoints: listOf(z.union([Endpoint, EndpointEntry])),
  permissions_required: listOf(Permission),
  events_emitted: listOf(EventInList),
  events_subscribed: listOf(EventInList),
  resources: z._default(
    z.strictObject({
      cpu: z._default(quantity(Quantity.cpu), usualResources.cpu),
      memory: z._default(quantity(Quantity.memory), usualResources.memory),
      max_concurrent_jobs: z._default(z.int().check(z.gte(1), z.lte(1_000)), usualResources.max_concurrent_jobs),
    }),
    usualResources,
  ),
  configuration: z._default(z.record(ConfigurationKey, z.union([Scalar, List, ConfigurationEntry])), {}),
});

export type Manifest = z.output<typeof ManifestSchema>;
export type ConfigurationValue = Manifest['configuration'][string];
export type ConfigurationEntry = z.output<typeof ConfigurationEntry>;
export type ScalarType = z.output<typeof ScalarType>;
export type EndpointEntry = z.output<typeof EndpointEntry>;
export type EventEntry = z.output<typeof EventEntry>;

/** Validators of single answers, shared with the manifest. */
export const fields = {
  name: ManifestSchema.shape.name,
  version: ManifestSchema.shape.version,
  description: ManifestSchema.shape.description,
  author: ManifestSchema.shape.author,
  class_name: ManifestSchema.shape.class_name,
  endpoint: Endpoint,
  permission: Permission,
  summary: Summary,
  event: Event,
  types: NamedTypes,
  type: TypeSchema,
  dependency: Dependency,
  cpu: Quantity.cpu,
  memory: Quantity.memory,
  configuration: ManifestSchema.shape.configuration,
  configurationKey: ConfigurationKey,
  configurationText: ConfigurationText,
  configurationList: List,
  settingDescription: SettingDescription,
  configurationEntry: ConfigurationEntry,
};
