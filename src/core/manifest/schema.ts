import * as z from 'zod/mini';
import { maxMatched, patterns, usualResources, type WhyNot, whyNot } from './field-checks.ts';

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

const SettingDescription = text(whyNot.settingDescription);

export const ConfigurationEntry = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  default: z.optional(Scalar),
  minimum: z.optional(z.number()),
  maximum: z.optional(z.number()),
  enum: z.optional(z.array(Scalar).check(z.minLength(1), z.maxLength(100))),
  description: z.optional(SettingDescription),
  secret: z.optional(z.boolean()),
});

const ConfigurationKey = text(whyNot.configurationKey);

const listOf = (item: z.ZodMiniType<string, string>) => z._default(z.array(item).check(z.maxLength(200)), []);

const Endpoint = text(whyNot.endpoint);
const Permission = matching(patterns.permission);
const Dependency = matching(patterns.dependency);

/** The manifest as its author writes it; docs/manifest.md is generated from it. */
export const ManifestSchema = z.strictObject({
  name: text(whyNot.name),
  version: matching(patterns.version),
  description: text(whyNot.description),
  author: text(whyNot.author),
  class_name: text(whyNot.className),
  dependencies: listOf(Dependency),
  endpoints: listOf(Endpoint),
  permissions_required: listOf(Permission),
  events_emitted: listOf(Event),
  events_subscribed: listOf(Event),
  resources: z._default(
    z.strictObject({
      cpu: z._default(quantity(Quantity.cpu), usualResources.cpu),
      memory: z._default(quantity(Quantity.memory), usualResources.memory),
      max_concurrent_jobs: z._default(z.int().check(z.gte(1), z.lte(1_000)), usualResources.max_concurrent_jobs),
    }),
    usualResources,
  ),
  configuration: z._default(z.record(ConfigurationKey, z.union([Scalar, ConfigurationEntry])), {}),
});

export type Manifest = z.output<typeof ManifestSchema>;
export type ConfigurationValue = Manifest['configuration'][string];
export type ConfigurationEntry = z.output<typeof ConfigurationEntry>;

/** Validators of single answers, shared with the manifest. */
export const fields = {
  name: ManifestSchema.shape.name,
  version: ManifestSchema.shape.version,
  description: ManifestSchema.shape.description,
  author: ManifestSchema.shape.author,
  class_name: ManifestSchema.shape.class_name,
  endpoint: Endpoint,
  permission: Permission,
  event: Event,
  dependency: Dependency,
  cpu: Quantity.cpu,
  memory: Quantity.memory,
  configuration: ManifestSchema.shape.configuration,
  configurationKey: ConfigurationKey,
  configurationText: ConfigurationText,
  settingDescription: SettingDescription,
  configurationEntry: ConfigurationEntry,
};
