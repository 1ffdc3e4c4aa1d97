import * as z from 'zod/mini';
import { keywords, reservedClassNames, reservedModuleNames } from '../text/names.ts';
import { standardSettings } from './configuration.ts';
import { type FieldDoc, fieldDocs, resourceDocs, settingDocs } from './field-docs.ts';
import { fields, ManifestSchema, maxLengths, patterns, reasons, takenConfigKeys } from './schema.ts';

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
    }),
    definitions: { setting: settingDefinition(parse, properties.configuration) },
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

/** Standard settings have their own entries, so that editors suggest them. */
function describeSettings(schema: JsonSchema): JsonSchema {
  const known = Object.entries(standardSettings).map(([key, { description, default: example }]) => [
    key,
    { description, examples: [example], allOf: [setting] },
  ]);
  return { ...schema, properties: Object.fromEntries(known) as JsonSchema, additionalProperties: setting };
}

const setting = { $ref: '#/definitions/setting' };

function settingDefinition(parse: Parse, configuration: JsonSchema | undefined): JsonSchema {
  const { anyOf } = { ...configuration }.additionalProperties as { anyOf: JsonSchema[] };
  return {
    anyOf: anyOf.map((branch) =>
      branch.type === 'object'
        ? { ...branch, properties: describe(parse, branch.properties as Record<string, JsonSchema>, settingDocs) }
        : branch,
    ),
  };
}
