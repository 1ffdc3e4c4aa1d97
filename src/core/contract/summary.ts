import { counted } from '../text/display.ts';
import type { ArrayType, Json, NumberType, StringType, Type } from './type.ts';

export interface SummaryLine {
  /** The place of a value: `text`, `lines[].amount`, `address.city`. */
  readonly path: string;
  readonly isOptional: boolean;
  /** `string, 1 to 200,000 characters` */
  readonly text: string;
  readonly description?: string;
}

/** A line for each property, also of objects without a name of their own. */
export function summaryOf(type: Type, path = ''): SummaryLine[] {
  if (type.kind === 'array') return summaryOf(type.items, `${path}[]`);
  if (type.kind === 'map') return type.values === undefined ? [] : summaryOf(type.values, `${path}.*`);
  if (type.kind !== 'object') return [];
  return type.properties.flatMap((property) => {
    const place = path === '' ? property.name : `${path}.${property.name}`;
    const fallback = property.default === undefined ? '' : `, default ${show(property.default)}`;
    const { description } = property.type;
    const own = {
      path: place,
      isOptional: !property.isRequired,
      text: `${textOf(property.type)}${fallback}`,
      ...(description === undefined ? {} : { description }),
    };
    return [own, ...summaryOf(property.type, place)];
  });
}

/** `text: string, 1 to 200,000 characters` */
export function summaryText({ path, isOptional, text, description }: SummaryLine): string {
  return `${path}${isOptional ? '?' : ''}: ${text}${description === undefined ? '' : ` (${description})`}`;
}

/** A type without its properties: `list of Line, at least 1 item`. */
export function textOf(type: Type): string {
  const isNullable = 'isNullable' in type && type.isNullable === true;
  return [`${nounOf(type)}${isNullable ? ' or null' : ''}`, ...limitsOf(type)].join(', ');
}

function nounOf(type: Type): string {
  switch (type.kind) {
    case 'ref':
      return type.name;
    case 'union':
      return type.branches.join(' or ');
    case 'enum':
      return type.values.map(show).join(' or ');
    case 'const':
      return show(type.value);
    case 'string':
      return type.format ?? 'string';
    case 'array':
      return `list of ${nounOf(type.items)}`;
    case 'map':
      return type.values === undefined ? 'any object' : `object with values of type ${nounOf(type.values)}`;
    default:
      return type.kind;
  }
}

function limitsOf(type: Type): string[] {
  if (type.kind === 'string') return textLimits(type);
  if (type.kind === 'array') return listLimits(type);
  return type.kind === 'integer' || type.kind === 'number' ? numberLimits(type) : [];
}

function textLimits({ minLength, maxLength, pattern }: StringType): string[] {
  const range = rangeOf(minLength, maxLength, 'character');
  return pattern === undefined ? range : [...range, `matches ${pattern}`];
}

function listLimits({ items, minItems, maxItems }: ArrayType): string[] {
  const each = limitsOf(items);
  return [...rangeOf(minItems, maxItems, 'item'), ...each.map((limit) => `each ${limit}`)];
}

function rangeOf(least: number | undefined, most: number | undefined, noun: string): string[] {
  if (most === undefined) return least === undefined || least === 0 ? [] : [`at least ${counted(least, noun)}`];
  if (least === most) return [`exactly ${counted(most, noun)}`];
  return least === undefined
    ? [`at most ${counted(most, noun)}`]
    : [`${counted(least, noun).split(' ')[0]} to ${counted(most, noun)}`];
}

function numberLimits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: NumberType): string[] {
  if (minimum !== undefined && maximum !== undefined) return [`${minimum} to ${maximum}`];
  return [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`more than ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`less than ${exclusiveMaximum}`]),
  ];
}

/** A string without quotes, if it cannot be taken for anything else. */
function show(value: Json): string {
  return typeof value === 'string' && /^[A-Za-z][\w.:-]*$/.test(value) && !/^(?:true|false|null|or)$/.test(value)
    ? value
    : JSON.stringify(value);
}
