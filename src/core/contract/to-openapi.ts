import { branchesOf, type Json, type Type, type Types } from './type.ts';

type Schema = { readonly [keyword: string]: Json };

const limits = [
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
] as const;

/** The JSON Schema (2020-12) of a type. `prefix` precedes the names of other types: `#/components/schemas/`. */
export function toOpenApi(type: Type, types: Types, prefix: string): Schema {
  return { ...bodyOf(type, types, prefix), ...annotationsOf(type) };
}

function annotationsOf({ description, examples }: Type): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    ...(examples === undefined ? {} : { examples }),
  };
}

function bodyOf(type: Type, types: Types, prefix: string): Schema {
  switch (type.kind) {
    case 'ref':
      return { $ref: `${prefix}${type.name}` };
    case 'null':
      return { type: 'null' };
    case 'const':
      return { type: typeof type.value === 'number' ? 'integer' : typeof type.value, const: type.value };
    case 'enum': {
      const name = typeof type.values[0] === 'string' ? 'string' : 'integer';
      return type.isNullable
        ? { type: [name, 'null'], enum: [...type.values, null] }
        : { type: name, enum: type.values };
    }
    case 'union': {
      const branches = [...branchesOf(type, types)].map(([tag, { name }]) => [tag, `${prefix}${name}`] as const);
      return {
        oneOf: branches.map(([, $ref]) => ({ $ref })),
        discriminator: { propertyName: type.discriminator, mapping: Object.fromEntries(branches) },
      };
    }
    case 'integer': {
      const named = typeOf('integer', type);
      const least = type.exclusiveMinimum === undefined ? { minimum: Number.MIN_SAFE_INTEGER } : {};
      const most = type.exclusiveMaximum === undefined ? { maximum: Number.MAX_SAFE_INTEGER } : {};
      return { ...named, ...least, ...most, ...limitsOf(type) };
    }
    case 'array':
      return { ...typeOf('array', type), items: toOpenApi(type.items, types, prefix), ...limitsOf(type) };
    case 'map': {
      const values = type.values === undefined ? true : toOpenApi(type.values, types, prefix);
      return { ...typeOf('object', type), additionalProperties: values };
    }
    case 'object': {
      const required = type.properties.filter((property) => property.isRequired).map(({ name }) => name);
      const properties = type.properties.map((property) => [
        property.name,
        {
          ...toOpenApi(property.type, types, prefix),
          ...(property.default === undefined ? {} : { default: property.default }),
        },
      ]);
      return {
        ...typeOf('object', type),
        ...(required.length === 0 ? {} : { required }),
        properties: Object.fromEntries(properties),
        additionalProperties: type.isOpen,
      };
    }
    default:
      return { ...typeOf(type.kind, type), ...limitsOf(type) };
  }
}

function typeOf(name: string, { isNullable }: { readonly isNullable: boolean }): Schema {
  return { type: isNullable ? [name, 'null'] : name };
}

function limitsOf(type: Type): Schema {
  const given: { readonly [keyword: string]: unknown } = { ...type };
  return Object.fromEntries(
    limits.flatMap((keyword) => (given[keyword] === undefined ? [] : [[keyword, given[keyword] as Json]])),
  );
}
