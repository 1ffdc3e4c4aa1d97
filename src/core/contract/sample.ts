import { titleOf } from '../text/names.ts';
import { formatSamples } from './formats.ts';
import { parsePattern } from './pattern/parse-pattern.ts';
import { lengthOf, textMatching } from './pattern/pattern.ts';
import {
  branchesOf,
  type Json,
  type NumberType,
  type Property,
  resolve,
  type StringType,
  type Type,
  type Types,
} from './type.ts';
import { checkValue } from './values.ts';

/**
 * A value that fits, always the same: the first example, default or allowed value, or made from the name. It has every
 * property. `undefined` if no text was found for a pattern, or a limit leaves no value.
 */
export function sampleOf(type: Type, types: Types, name = 'text'): Json | undefined {
  const value = type.examples?.[0] ?? propose(type, types, name);
  if (value === undefined) return undefined;
  const { value: completed, problems } = checkValue(value, type, types);
  return problems.length === 0 ? known(completed, type, types) : undefined;
}

/** The value without the keys that open objects allow: types of Python have no place for them. */
function known(value: Json, given: Type, types: Types): Json {
  const type = resolve(given, types);
  if (type.kind === 'array' && isList(value)) return value.map((item) => known(item, type.items, types));
  if (typeof value !== 'object' || value === null || isList(value)) return value;
  const { values } = type.kind === 'map' ? type : {};
  if (values !== undefined)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item, values, types)]));
  const shape = type.kind === 'union' ? branchesOf(type, types).get(String(value[type.discriminator]))?.type : type;
  if (shape?.kind !== 'object') return value;
  const entries = shape.properties.flatMap(({ name, type: inner }) => {
    const item = value[name];
    return item === undefined ? [] : [[name, known(item, inner, types)] as const];
  });
  return Object.fromEntries(entries);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function propose(given: Type, types: Types, name: string): Json | undefined {
  const type = resolve(given, types);
  if (type !== given && type.examples?.[0] !== undefined) return type.examples[0];
  switch (type.kind) {
    case 'null':
      return null;
    case 'boolean':
      return true;
    case 'string':
      return proposeText(type, titleOf(name));
    case 'integer':
    case 'number':
      return proposeNumber(type);
    case 'enum':
      return type.values[0];
    case 'const':
      return type.value;
    case 'array': {
      if (type.maxItems === 0) return [];
      const item = sampleOf(type.items, types, name);
      return item === undefined ? undefined : Array.from({ length: Math.max(1, type.minItems ?? 0) }, () => item);
    }
    case 'map': {
      if (type.values === undefined) return {};
      const value = sampleOf(type.values, types, name);
      return value === undefined ? undefined : { key: value };
    }
    case 'object':
      return proposeObject(type.properties, types);
    case 'union': {
      const [branch] = branchesOf(type, types).values();
      return branch === undefined ? undefined : proposeObject(branch.type.properties, types);
    }
  }
}

function proposeObject(properties: readonly Property[], types: Types): Json | undefined {
  const entries = properties.map((property) => [
    property.name,
    property.type.examples?.[0] ?? property.default ?? sampleOf(property.type, types, property.name),
  ]);
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
}

function proposeNumber(type: NumberType): number {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = type;
  const low = minimum ?? above;
  const high = maximum ?? below;
  const isGood = (value: number): boolean =>
    value >= (minimum ?? value) &&
    value <= (maximum ?? value) &&
    value > (above ?? value - 1) &&
    value < (below ?? value + 1);
  const near = [1, (low ?? 0) + 1, Math.ceil(low ?? 0), low, (high ?? 0) - 1, Math.floor(high ?? 0), high];
  const between = low !== undefined && high !== undefined && type.kind === 'number' ? [low + (high - low) / 2] : [];
  return [...near, ...between].find((value) => value !== undefined && isGood(value)) ?? 1;
}

function proposeText(type: StringType, readable: string): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = type;
  if (format !== undefined) return formatSamples[format];
  if (pattern === undefined) {
    const repeated = `${readable} `.repeat(Math.ceil(minLength / (readable.length + 1)) || 1);
    const wanted = Math.min(maxLength, Math.max(minLength, readable.length));
    return repeated.slice(0, wanted).replace(/ $/, '.');
  }
  const parsed = parsePattern(pattern);
  if (!parsed.ok) return undefined;
  const text = textMatching(parsed.pattern, minLength);
  // Without an anchor, a pattern matches a part of the text.
  return text + 'a'.repeat(Math.max(0, minLength - lengthOf(text)));
}
