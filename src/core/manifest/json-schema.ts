import * as z from 'zod/mini';
import { keywords, takenClassNames, takenModuleNames } from '../text/names.ts';
import { readYaml } from '../text/yaml-value.ts';
import { standardSettings } from './configuration.ts';
import { endpointPattern, takenConfigKeys } from './field-checks.ts';
import { type FieldDoc, fieldDocs, resourceDocs, settingDocs } from './field-docs.ts';
import { fields, ManifestSchema } from './schema.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { [keyword: string]: unknown };

const noneOf = (...lists: Iterable<string>[]): JsonSchema => ({
  not: { enum: lists.flatMap((list) => [...list]).sort() },
});

const visible =
  '[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufffe\\uffff\\p{Cs}]';
const printable =
  '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ufeff\\ufffe\\uffff\\p{Cs}]*$';
const prose = (maxLength: number): JsonSchema => ({ maxLength, allOf: [{ pattern: visible }, { pattern: printable }] });

/**
 * JSON Schema for the checks that schema.ts has as functions. A property test compares the two.
 */
const checks = new Map<unknown, JsonSchema>([
  [fields.name, { pattern: '^[a-z][a-z0-9_]{1,49}$', ...noneOf(keywords, takenModuleNames) }],
  [fields.class_name, { pattern: '^[A-Z][A-Za-z0-9]{1,99}$', ...noneOf(takenClassNames) }],
  [fields.description, prose(10_000)],
  [fields.author, prose(200)],
  [fields.settingDescription, prose(1_000)],
  [
    fields.endpoint,
    {
      maxLength: 200,
      pattern: endpointPattern.source,
      not: {
        anyOf: [
          { pattern: '/\\.{1,2}(/|$)' },
          { pattern: '\\{([a-z0-9_]+)\\}.*\\{\\1\\}' },
          { pattern: `\\{(${[...keywords].sort().join('|')})\\}` },
        ],
      },
    },
  ],
  [fields.configurationKey, { pattern: '^[a-z][a-z0-9_]{0,63}$', ...noneOf(keywords, takenConfigKeys) }],
  [fields.configurationText, { maxLength: 10_000, pattern: '^\\P{Cs}*$' }],
]);

/** The manifest's schema for editors and other validators: draft-07, with descriptions and examples. */
export function manifestJsonSchema(): JsonSchema {
  const { $schema, properties, ...rest } = z.toJSONSchema(ManifestSchema, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, checks.get(zodSchema)),
  }) as JsonSchema & { properties: Record<string, JsonSchema> };
  return {
    $schema,
    $comment: 'Printed by `create-ai-module schema`; replaced when the tool writes it again.',
    title: 'The manifest.yaml of an AI module',
    ...rest,
    properties: describe(properties, fieldDocs, {
      resources: (schema) => ({
        ...schema,
        properties: describe(schema.properties as Record<string, JsonSchema>, resourceDocs),
      }),
      configuration: describeSettings,
    }),
    definitions: { setting: settingDefinition(properties.configuration) },
  };
}

type Change = (schema: JsonSchema) => JsonSchema;

function describe(
  properties: Readonly<Record<string, JsonSchema>>,
  docs: Readonly<Record<string, FieldDoc>>,
  changes: Readonly<Record<string, Change>> = {},
): Record<string, JsonSchema> {
  const all = Object.entries(properties).map(([key, schema]) => {
    const doc = docs[key] as FieldDoc;
    const change = changes[key] ?? ((same) => same);
    return [key, { description: doc.meaning, examples: [readYaml(doc.example)], ...change(schema) }] as const;
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

function settingDefinition(configuration: JsonSchema | undefined): JsonSchema {
  const { anyOf } = { ...configuration }.additionalProperties as { anyOf: JsonSchema[] };
  return {
    anyOf: anyOf.map((branch) =>
      branch.type === 'object'
        ? { ...branch, properties: describe(branch.properties as Record<string, JsonSchema>, settingDocs) }
        : branch,
    ),
  };
}
