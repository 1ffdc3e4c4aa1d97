import * as z from 'zod/mini';
import { oneLine } from '../text/literals.ts';
import { isKeyword, isTakenClassName, whyNotModuleName } from '../text/names.ts';

/** A check that says why: `why` gives the reason as the end of a sentence, or `undefined` when the value is fine. */
const text = (why: (value: string) => string | undefined) =>
  z.string().check((context) => {
    const reason = why(context.value);
    if (reason !== undefined) context.issues.push({ code: 'custom', message: reason, input: context.value });
  });

/** The length comes first: on a text of any length a pattern may take for ever. */
const matching = (pattern: RegExp, reason: string) =>
  z.string().check(z.maxLength(200, { error: 'has more than 200 characters', abort: true }), z.regex(pattern, reason));

/** Characters are code points, as JSON Schema counts them, and not halves of some. */
const lengthOf = (value: string) => [...value].length;
const isLonger = (value: string, limit: number) => value.length > limit && lengthOf(value) > limit;

const unprintable =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

const prose = (limit: number) =>
  text((value) => {
    if (!/[!-~]/.test(value) && oneLine(value) === '') return 'is empty';
    if (isLonger(value, limit)) return `has ${lengthOf(value)} characters: at most ${limit}`;
    return unprintable.test(value) ? 'holds a control character' : undefined;
  });

// The grammar of semver.org, without build metadata being told apart.
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

export const endpointPattern = /^(?:(GET|POST|PUT|PATCH|DELETE) )?((?:\/(?:[A-Za-z0-9._~-]+|\{[a-z][a-z0-9_]*\}))+)$/;

/** What the base class of a configuration has itself. */
export const takenConfigKeys: ReadonlySet<string> = new Set(
  (
    'construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate ' +
    'model_computed_fields model_config model_construct model_copy model_dump model_dump_json model_extra model_fields ' +
    'model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild model_validate ' +
    'model_validate_json model_validate_strings'
  ).split(' '),
);

const Identifier = {
  name: text((value) => whyNotModuleName(value)),
  className: text((value) => {
    if (!/^[A-Z][A-Za-z0-9]{1,99}$/.test(value)) return 'must be PascalCase: a capital, then letters and digits';
    return isTakenClassName(value) ? 'is taken by the language or the host' : undefined;
  }),
  endpoint: text((value) => {
    if (value.length > 200) return 'has more than 200 characters';
    if (!endpointPattern.test(value)) return 'must be "METHOD /path", with {snake_case} for parameters';
    const parameters = value.includes('{')
      ? [...value.matchAll(/\{([^}]*)\}/g)].map((found) => found[1] as string)
      : [];
    if (/\/\.{1,2}(\/|$)/.test(value)) return 'has a segment . or .., which no request can reach';
    if (new Set(parameters).size !== parameters.length) return 'names a parameter twice';
    const keyword = parameters.find(isKeyword);
    return keyword === undefined ? undefined : `has the parameter ${keyword}, a keyword of Python or TypeScript`;
  }),
  permission: matching(/^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$/, 'must be "namespace:verb", in lower case'),
  event: matching(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'must be "namespace.verb", in lower case'),
  dependency: matching(
    /^(module:[a-z][a-z0-9_]*|(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,_-]+\])?([@=<>~!^]+[A-Za-z0-9.*+!_,<>=~^-]+)?)$/,
    'must be a service, "module:<name>" or a package',
  ),
};

const Quantity = {
  cpu: matching(
    /^([1-9]\d*m|(?!0+(\.0+)?$)\d+(\.\d+)?)$/,
    'must be a quantity of CPUs as in Kubernetes: "1", "0.5" or "500m"',
  ),
  memory: matching(
    /^[1-9]\d*(\.\d+)?(Ei|Pi|Ti|Gi|Mi|Ki|E|P|T|G|M|k)?$/,
    'must be a quantity of bytes as in Kubernetes: "512Mi" or "2Gi"',
  ),
};
const quantity = (schema: z.ZodMiniType<string, string>) => z.union([schema, z.number().check(z.positive())]);

const ConfigurationText = text((value) => {
  if (isLonger(value, 10_000)) return `has ${lengthOf(value)} characters: at most 10000`;
  return /\p{Surrogate}/u.test(value) ? 'holds half a character' : undefined;
});
const Scalar = z.union([ConfigurationText, z.number(), z.boolean()]);

const SettingDescription = prose(1_000);

export const ConfigurationEntry = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  default: z.optional(Scalar),
  minimum: z.optional(z.number()),
  maximum: z.optional(z.number()),
  enum: z.optional(z.array(Scalar).check(z.minLength(1), z.maxLength(100))),
  description: z.optional(SettingDescription),
  secret: z.optional(z.boolean()),
});

const ConfigurationKey = text((key) => {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(key)) return 'must be snake_case: a letter a to z, then a to z, 0 to 9 and _';
  return isKeyword(key) || takenConfigKeys.has(key) ? 'is taken by the language or the host' : undefined;
});

const listOf = (item: z.ZodMiniType<string, string>) => z._default(z.array(item).check(z.maxLength(200)), []);

/** The manifest as its author writes it; docs/manifest.md is printed from this. */
export const ManifestSchema = z.strictObject({
  name: Identifier.name,
  version: matching(semver, 'must be a semantic version, like "1.0.0", in quotes'),
  description: prose(10_000),
  author: prose(200),
  class_name: Identifier.className,
  dependencies: listOf(Identifier.dependency),
  endpoints: listOf(Identifier.endpoint),
  permissions_required: listOf(Identifier.permission),
  events_emitted: listOf(Identifier.event),
  events_subscribed: listOf(Identifier.event),
  resources: z._default(
    z.strictObject({
      cpu: z._default(quantity(Quantity.cpu), '1'),
      memory: z._default(quantity(Quantity.memory), '512Mi'),
      max_concurrent_jobs: z._default(z.int().check(z.gte(1), z.lte(1_000)), 10),
    }),
    { cpu: '1', memory: '512Mi', max_concurrent_jobs: 10 },
  ),
  configuration: z._default(z.record(ConfigurationKey, z.union([Scalar, ConfigurationEntry])), {}),
});

let asked = 0;
let compiled: Pick<typeof ManifestSchema, 'safeParse'> | undefined;

/** The manifest in a value that is one; asked often, the schema is compiled, which takes as long as checking hundreds. */
export function manifestIn(value: unknown): Manifest | undefined {
  asked += 1;
  if (asked === 300) compiled = z.compile(ManifestSchema);
  const parsed = (compiled ?? ManifestSchema).safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export type Manifest = z.output<typeof ManifestSchema>;
export type ConfigurationValue = Manifest['configuration'][string];
export type ConfigurationEntry = z.output<typeof ConfigurationEntry>;

/** Validators of single answers: the same ones that check the manifest. */
export const fields = {
  name: Identifier.name,
  version: ManifestSchema.shape.version,
  description: ManifestSchema.shape.description,
  author: ManifestSchema.shape.author,
  class_name: Identifier.className,
  endpoint: Identifier.endpoint,
  permission: Identifier.permission,
  event: Identifier.event,
  dependency: Identifier.dependency,
  cpu: Quantity.cpu,
  memory: Quantity.memory,
  configuration: ManifestSchema.shape.configuration,
  configurationKey: ConfigurationKey,
  configurationText: ConfigurationText,
  settingDescription: SettingDescription,
  configurationEntry: ConfigurationEntry,
};
