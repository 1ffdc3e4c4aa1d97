import { standardEndpoints } from './endpoints.ts';
import { maxMatched, patterns, usualResources, type WhyNot, whyNot } from './field-checks.ts';
import type { Manifest } from './schema.ts';

type Test = (value: unknown) => boolean;
type Tests = Readonly<Record<string, Test>>;

const text =
  (why: WhyNot): Test =>
  (value) =>
    typeof value === 'string' && why(value) === undefined;

const matching =
  ([pattern]: readonly [RegExp, string]): Test =>
  (value) =>
    typeof value === 'string' && value.length <= maxMatched && pattern.test(value);

const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.length <= 200 && value.every(test);

function mappingOf(given: Tests): Test {
  const tests = new Map(Object.entries(given));
  return (value) => isMapping(value) && Object.keys(value).every((key) => tests.get(key)?.(value[key]));
}

const isNumber: Test = (value) => Number.isFinite(value);
const isSetText = text(whyNot.configurationText);
const isScalar: Test = (value) => isSetText(value) || isNumber(value) || typeof value === 'boolean';

const quantity = (pattern: readonly [RegExp, string]): Test => {
  const isQuantity = matching(pattern);
  return (value) => isQuantity(value) || (isNumber(value) && (value as number) > 0);
};

const isEntry = mappingOf({
  type: (value) => value === 'string' || value === 'integer' || value === 'number' || value === 'boolean',
  default: isScalar,
  minimum: isNumber,
  maximum: isNumber,
  enum: (value) => Array.isArray(value) && value.length >= 1 && value.length <= 100 && value.every(isScalar),
  description: text(whyNot.settingDescription),
  secret: (value) => typeof value === 'boolean',
});

const usual: ReadonlySet<unknown> = new Set(standardEndpoints);
const isEndpoint = text(whyNot.endpoint);

const fields = {
  name: text(whyNot.name),
  version: matching(patterns.version),
  description: text(whyNot.description),
  author: text(whyNot.author),
  class_name: text(whyNot.className),
  dependencies: listOf(matching(patterns.dependency)),
  endpoints: listOf((value) => usual.has(value) || isEndpoint(value)),
  permissions_required: listOf(matching(patterns.permission)),
  events_emitted: listOf(matching(patterns.event)),
  events_subscribed: listOf(matching(patterns.event)),
  resources: mappingOf({
    cpu: quantity(patterns.cpu),
    memory: quantity(patterns.memory),
    max_concurrent_jobs: (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 1_000,
  }),
  configuration: (value) =>
    isMapping(value) &&
    Object.keys(value).every((key) => {
      const given = value[key];
      if (whyNot.configurationKey(key) !== undefined) return false;
      return isScalar(given) || (isEntry(given) && Object.hasOwn(given as object, 'type'));
    }),
} satisfies Readonly<Record<keyof Manifest, Test>>;

const tests: ReadonlyMap<string, Test> = new Map(Object.entries(fields));

/** In the order in which manifests have them. */
export const fieldNames: readonly string[] = Object.keys(fields);

/**
 * Whether a field is there and has a value that the schema takes: many times as fast as that tells it, and without
 * reading it. A property test compares the two.
 */
export function isRightField(key: string, value: unknown): boolean {
  return tests.get(key)?.(value) ?? false;
}

/** The manifest in a value that is one; `undefined` where the schema is to say what is wrong. */
export function rightManifest(value: unknown): Manifest | undefined {
  if (!isMapping(value) || !Object.entries(value).every(([key, given]) => isRightField(key, given))) return undefined;
  return manifestOf(value);
}

/** A manifest of fields that are right; `undefined` where one is missing that has no default. */
export function manifestOf(fields: Partial<Manifest>): Manifest | undefined {
  const { name, version, description, author, class_name, resources } = fields;
  if (!name || !version || !description || !author || !class_name) return undefined;
  return {
    name,
    version,
    description,
    author,
    class_name,
    dependencies: fields.dependencies ?? [],
    endpoints: fields.endpoints ?? [],
    permissions_required: fields.permissions_required ?? [],
    events_emitted: fields.events_emitted ?? [],
    events_subscribed: fields.events_subscribed ?? [],
    resources: resources && Object.keys(resources).length === 3 ? resources : { ...usualResources, ...resources },
    configuration: fields.configuration ?? {},
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
