import * as z from 'zod/mini';
import { propertyPattern, typeNamePattern } from '../../contract/names.ts';
import { maxTypes, typeNames } from '../../contract/read-type.ts';
import { formatNames } from '../../contract/type.ts';
import { keywords, reservedClassNames, reservedModuleNames } from '../../text/names.ts';
import { standardSettings } from '../configuration.ts';
import { fields, ManifestSchema, maxLengths, patterns, reasons, takenConfigKeys } from '../schema.ts';
import { endpointDocs, eventDocs, type FieldDoc, fieldDocs, resourceDocs, settingDocs } from './field-docs.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { [keyword: string]: unknown };

const noneOf = (...lists: Iterable<string>[]): JsonSchema => ({
  not: { enum: lists.flatMap((list) => [...list]).sort() },
});

const visible =
  '[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufffe\\uffff\\p{Cs}]';
const printable =
  '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ufeff\\ufffe\\uffff\\p{Cs}]*$';

/** The message that editors show for a value that does not match, instead of the pattern. */
const explained = (pattern: string, reason: string, what = 'value'): JsonSchema => ({
  pattern,
  patternErrorMessage: `The ${what} ${reason}.`,
});
const matching = ([pattern, reason]: readonly [RegExp, string], what?: string) =>
  explained(pattern.source, reason, what);
const reasonOf = new Map<unknown, string>(Object.values(patterns).map(([pattern, reason]) => [pattern.source, reason]));

const prose = (maxLength: number): JsonSchema => ({
  maxLength,
  allOf: [explained(visible, reasons.empty), explained(printable, reasons.control)],
});

/**
 * JSON Schema for the checks that schema.ts has as functions. A property test compares the two.
 */
const checks = new Map<unknown, JsonSchema>([
  [fields.name, { ...matching(patterns.name), ...noneOf(keywords, reservedModuleNames) }],
  [fields.class_name, { ...matching(patterns.className), ...noneOf(reservedClassNames) }],
  [fields.description, prose(maxLengths.description)],
  [fields.author, prose(maxLengths.author)],
  [fields.settingDescription, prose(maxLengths.settingDescription)],
  [fields.summary, prose(maxLengths.summary)],
  [fields.type, { allOf: [{ $ref: '#/definitions/type' }] }],
  [
    fields.types,
    {
      type: 'object',
      maxProperties: maxTypes,
      propertyNames: explained(typeNamePattern.source, 'must be PascalCase: a capital, then letters and digits', 'key'),
      additionalProperties: { $ref: '#/definitions/type' },
    },
  ],
  [
    fields.endpoint,
    {
      maxLength: maxLengths.endpoint,
      ...matching(patterns.endpoint),
      not: {
        anyOf: [
          explained('/\\.{1,2}(/|$)', reasons.dots),
          explained('\\{([a-z0-9_]+)\\}.*\\{\\1\\}', reasons.twice),
          explained(`\\{(${[...keywords].sort().join('|')})\\}`, `has a parameter that is ${reasons.keyword}`),
        ],
      },
    },
  ],
  [fields.configurationKey, { ...matching(patterns.configurationKey, 'key'), ...noneOf(keywords, takenConfigKeys) }],
  [fields.configurationText, { maxLength: maxLengths.configurationText, ...explained('^\\P{Cs}*$', reasons.half) }],
]);

/** Reads the YAML of an example. */
type Parse = (example: string) => unknown;

/** The manifest's schema for editors and other validators: draft-07, with descriptions and examples. */
export function manifestJsonSchema(parse: Parse): JsonSchema {
  const { $schema, properties, ...rest } = z.toJSONSchema(ManifestSchema, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const reason = reasonOf.get(jsonSchema.pattern);
      const message = reason === undefined ? {} : explained(jsonSchema.pattern as string, reason);
      Object.assign(jsonSchema, message, checks.get(zodSchema));
    },
  }) as JsonSchema & { properties: Record<string, JsonSchema> };
  return {
    $schema,
    $comment: 'Printed by `create-ai-module schema`; replaced when the tool writes it again.',
    title: 'The manifest.yaml of an AI module',
    ...rest,
    properties: describe(parse, properties, fieldDocs, {
      resources: (schema) => ({
        ...schema,
        properties: describe(parse, schema.properties as Record<string, JsonSchema>, resourceDocs),
      }),
      configuration: describeSettings,
      endpoints: (schema) => describeEntries(parse, schema, endpointDocs),
      events_emitted: (schema) => describeEntries(parse, schema, eventDocs),
      events_subscribed: (schema) => describeEntries(parse, schema, eventDocs),
    }),
    definitions: { setting: settingDefinition(parse, properties.configuration), type: typeDefinition },
  };
}

type Change = (schema: JsonSchema) => JsonSchema;

function describe(
  parse: Parse,
  properties: Readonly<Record<string, JsonSchema>>,
  docs: Readonly<Record<string, FieldDoc>>,
  changes: Readonly<Record<string, Change>> = {},
): Record<string, JsonSchema> {
  const all = Object.entries(properties).map(([key, schema]) => {
    const doc = docs[key] as FieldDoc;
    const change = changes[key] ?? ((same) => same);
    return [key, { description: doc.meaning, examples: [parse(doc.example)], ...change(schema) }] as const;
  });
  return Object.fromEntries(all);
}

/** The long form of the entries of a list. */
function describeEntries(parse: Parse, schema: JsonSchema, docs: Readonly<Record<string, FieldDoc>>): JsonSchema {
  const { anyOf } = schema.items as { anyOf: JsonSchema[] };
  const described = anyOf.map((branch) => describeLongForm(parse, branch, docs));
  return { ...schema, items: { anyOf: described } };
}

function describeLongForm(parse: Parse, branch: JsonSchema, docs: Readonly<Record<string, FieldDoc>>): JsonSchema {
  if (branch.type !== 'object') return branch;
  return { ...branch, properties: describe(parse, branch.properties as Record<string, JsonSchema>, docs) };
}

/** Standard settings have their own entries, so that editors suggest them. */
function describeSettings(schema: JsonSchema): JsonSchema {
  const known = Object.entries(standardSettings).map(([key, { description, default: example }]) => [
    key,
    { description, examples: [example], allOf: [setting] },
  ]);
  return { ...schema, properties: Object.fromEntries(known) as JsonSchema, additionalProperties: setting };
}

const inner = { $ref: '#/definitions/type' };
const count = { type: 'integer', minimum: 0 };
const reference = explained('^#/types/[A-Z][A-Za-z0-9]{0,63}$', 'must be "#/types/Name", the name of a type');

/** The supported part of JSON Schema. Which keywords go together, only the tool checks. */
export const typeDefinition = {
  description: 'A type: JSON Schema, of which these keywords are supported.',
  type: 'object',
  additionalProperties: false,
  properties: {
    type: {
      anyOf: [
        { enum: typeNames },
        { type: 'array', items: { enum: typeNames }, minItems: 1, maxItems: 2, uniqueItems: true },
      ],
      description: 'The kind of value, or a list of a kind and "null".',
    },
    description: { type: 'string', maxLength: 1_000, description: 'What the value is, in generated code and OpenAPI.' },
    examples: { type: 'array', minItems: 1, description: 'Values that fit; tests use the first one.' },
    default: { description: 'The value of an absent property.' },
    enum: { type: 'array', minItems: 1, description: 'The allowed values: strings or integers, and null.' },
    const: { description: 'The only allowed value.' },
    properties: {
      type: 'object',
      propertyNames: explained(propertyPattern.source, 'must be snake_case', 'key'),
      additionalProperties: inner,
      description: 'The properties of an object, with their types.',
    },
    required: {
      type: 'array',
      items: { type: 'string' },
      uniqueItems: true,
      description: 'Properties that must be there.',
    },
    additionalProperties: {
      anyOf: [{ type: 'boolean' }, inner],
      description: 'Whether an object may have other keys, or the type of their values.',
    },
    items: { allOf: [inner], description: 'The type of the items of a list.' },
    minItems: { ...count, description: 'The smallest number of items.' },
    maxItems: { ...count, description: 'The largest number of items.' },
    minLength: { ...count, description: 'The smallest number of characters.' },
    maxLength: { ...count, description: 'The largest number of characters.' },
    pattern: { type: 'string', description: 'A regular expression that a part of the text matches.' },
    format: { enum: [...formatNames], description: 'The format of a string.' },
    minimum: { type: 'number', description: 'The smallest number.' },
    maximum: { type: 'number', description: 'The largest number.' },
    exclusiveMinimum: { type: 'number', description: 'The number that a value must exceed.' },
    exclusiveMaximum: { type: 'number', description: 'The number that a value must be below.' },
    $ref: { type: 'string', ...reference, description: 'A type under types.' },
    oneOf: {
      type: 'array',
      minItems: 2,
      items: { type: 'object', properties: { $ref: { type: 'string', ...reference } }, required: ['$ref'] },
      description: 'The types that a value may have; discriminator tells them apart.',
    },
    discriminator: {
      type: 'object',
      properties: { propertyName: { type: 'string' } },
      required: ['propertyName'],
      additionalProperties: false,
      description: 'The property that is a different constant in each type of oneOf.',
    },
  },
} satisfies JsonSchema;

const setting = { $ref: '#/definitions/setting' };

function settingDefinition(parse: Parse, configuration: JsonSchema | undefined): JsonSchema {
  const { anyOf } = { ...configuration }.additionalProperties as { anyOf: JsonSchema[] };
  return { anyOf: anyOf.map((branch) => describeLongForm(parse, branch, settingDocs)) };
}
