import {
  bracketed,
  type Doc,
  group,
  hardLine,
  ifBroken,
  indent,
  join,
  line,
  printDoc,
  softLine,
} from '../text/layout.ts';
import { docstringText, oneLine, pyLiteral } from '../text/literals.ts';
import { declarationsOf } from './declarations.ts';
import { aboutFingerprint, type Beside, grouped, runtimeType } from './to-zod.ts';
import type { Format, Json, NumberType, ObjectType, Property, StringType, Type, Types } from './type.ts';

/** The text of `schemas.py`: a TypedDict or an alias for each type, as ruff formats it. */
export function toPydantic(
  types: Types,
  { untyped, samples, fingerprint }: Beside = { untyped: [], samples: [] },
): string {
  const declared = declarationsOf(types);
  const blocks = [...declared].map(([name, type]) => ({ doc: declaration(name, type), isClass: isClass(type) }));
  if (untyped.length > 0) {
    const aliases = untyped.map((name) => [hardLine, `${name} = ${runtimeType(name)}`]);
    blocks.unshift({ doc: ['# Any JSON object: manifest.yaml declares no type.', ...aliases], isClass: false });
  }
  for (const { name, of, value } of samples) {
    const comment = `# A value that fits ${of}.`;
    blocks.push({ doc: [comment, hardLine, `${name}: ${of} = `, literal(value)], isClass: false });
  }
  if (fingerprint !== undefined)
    blocks.push({ doc: [`# ${aboutFingerprint}`, hardLine, `fingerprint = "${fingerprint}"`], isClass: false });
  const body = printDoc(
    blocks.map(({ doc, isClass }, index) => {
      const isFar = isClass || blocks[index - 1]?.isClass === true;
      return [index === 0 ? '' : isFar ? [hardLine, hardLine, hardLine] : [hardLine, hardLine], doc];
    }),
    4,
  );
  const imports = importsOf(body);
  const gap = blocks[0]?.isClass === true ? '\n\n\n' : '\n\n';
  return `${docstringOfFile}\n\n${imports}${gap}${body}\n`;
}

const docstringOfFile =
  '"""Generated from the types in manifest.yaml: change them there, then run create-ai-module update."""';

const homes = [
  ['typing', ['Annotated', 'Any', 'Literal', 'NotRequired', 'TypeAlias']],
  [
    'ai_module_runtime',
    [
      'Date',
      'DateTime',
      'Email',
      'Exactly',
      'InputData',
      'Integer',
      'JsonObject',
      'Number',
      'OneOf',
      'Uri',
      'Uuid',
      'loose_object',
      'strict_object',
    ],
  ],
  ['pydantic', ['Field']],
  ['typing_extensions', ['TypedDict']],
] as const;

function importsOf(body: string): string {
  // Without docstrings, comments and strings.
  const code = body.replace(/"""[\s\S]*?"""|^ *#.*$|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gm, '');
  const lines = homes.flatMap(([home, names]) => {
    const used = names.filter((name) => new RegExp(`(?<![\\w.])${name}(?!\\w)`).test(code));
    if (used.length === 0) return [];
    const flat = `from ${home} import ${used.join(', ')}`;
    const text =
      flat.length <= 120 ? flat : `from ${home} import (\n${used.map((name) => `    ${name},`).join('\n')}\n)`;
    return [{ home, text }];
  });
  const [standard, others] = [
    lines.filter(({ home }) => home === 'typing'),
    lines.filter(({ home }) => home !== 'typing'),
  ];
  return [standard, others]
    .filter((part) => part.length > 0)
    .map((part) => part.map(({ text }) => text).join('\n'))
    .join('\n\n');
}

function declaration(name: string, type: Type): Doc {
  if (type.kind === 'object') return classOf(name, type);
  const assigned = type.kind === 'null' ? `${name}: TypeAlias = ` : `${name} = `;
  return [...comment(type.description), assigned, value(annotated(expressionOf(type), []))];
}

const keywords = new Set(
  (
    'and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Names that hide a type from the other attributes of a class, or that ruff takes for a digit. */
const unusable = new Set(['str', 'bool', 'list', 'dict', 'l']);

function isClass(type: Type): boolean {
  return type.kind === 'object' && !type.properties.some(({ name }) => keywords.has(name) || unusable.has(name));
}

function classOf(name: string, type: ObjectType): Doc {
  const decorator = type.isOpen ? 'loose_object' : 'strict_object';
  if (!isClass(type)) {
    const entries = type.properties.map((property) => [`"${property.name}": `, propertyType(property).doc]);
    const args = [`"${name}"`, bracketed('{', entries, '}')];
    const isUnnecessary = !type.properties.some(({ name: key }) => keywords.has(key));
    const assigned = isUnnecessary
      ? // ruff prefers a class, whose attributes would hide types from each other.
        [`${name} = TypedDict(  # noqa: UP013`, indent([hardLine, ...join([',', hardLine], args), ',']), hardLine, ')']
      : [`${name} = TypedDict`, called(args)];
    return [...comment(type.description), assigned, hardLine, `${decorator}(${name})`];
  }
  const fields = type.properties.map((property) => [
    ...comment(property.type.description),
    `${property.name}: `,
    value(propertyType(property)),
  ]);
  const body = fields.length === 0 ? [] : [hardLine, hardLine, ...join(hardLine, fields)];
  return [`@${decorator}`, hardLine, `class ${name}(TypedDict):`, indent([hardLine, docstring(name, type), ...body])];
}

function comment(description: string | undefined): Doc[] {
  return description === undefined ? [] : [`# ${oneLine(description)}`, hardLine];
}

function docstring(name: string, type: ObjectType): Doc {
  const summary = `A value of the type ${name}.`;
  if (type.description === undefined) return `"""${summary}"""`;
  const escaped = docstringText(type.description, 4);
  const quotes = escaped.includes('\\') ? 'r"""' : '"""';
  const [first = '', ...rest] = escaped.replaceAll('\\\\', '\\').split(/\n */);
  if (rest.length === 0 && /[.!?]$/.test(first)) return `${quotes}${first}"""`;
  const lines = [summary, '', first, ...rest];
  return [quotes, ...join(hardLine, lines), hardLine, '"""'];
}

interface Expression {
  readonly doc: Doc;
  /** `A | B`, which needs brackets of its own to break. */
  readonly isUnion: boolean;
  /** What `Annotated` adds to it. */
  readonly metadata: readonly Doc[];
  /** Arguments of `Field`. */
  readonly limits: readonly Doc[];
}

const simple = (doc: Doc, limits: readonly Doc[] = [], metadata: readonly Doc[] = []): Expression => ({
  doc,
  isUnion: false,
  metadata,
  limits,
});

function expressionOf(type: Type): Expression {
  const found = withoutNull(type);
  if (!('isNullable' in type && type.isNullable)) return found;
  const inner = found.metadata.length === 0 ? found : annotated({ ...found, limits: [] }, []);
  return { doc: group([inner.doc, line, '| None']), isUnion: true, metadata: [], limits: found.limits };
}

function withoutNull(type: Type): Expression {
  switch (type.kind) {
    case 'null':
      return simple('None');
    case 'boolean':
      return simple('bool');
    case 'ref':
      return simple(type.name);
    case 'string':
      return simple(type.format === undefined ? 'str' : formatTypes[type.format], textLimits(type));
    case 'integer':
      return simple('Integer', numberLimits(type));
    case 'number':
      return simple('Number', numberLimits(type));
    case 'enum':
      return literalType(type.values);
    case 'const':
      return literalType([type.value]);
    case 'array': {
      const limits = fieldArguments({ min_length: type.minItems, max_length: type.maxItems });
      return simple(['list', subscript([annotated(expressionOf(type.items), []).doc])], limits);
    }
    case 'map': {
      const values = type.values === undefined ? 'Any' : annotated(expressionOf(type.values), []).doc;
      return simple(['dict', subscript(['str', values])]);
    }
    case 'union':
      return simple(group(join([line, '| '], type.branches)), [], [`OneOf(${pyLiteral(type.discriminator)})`]);
    case 'object':
      throw new Error('An object without a name has no type in Python');
  }
}

const formatTypes: Readonly<Record<Format, string>> = {
  date: 'Date',
  'date-time': 'DateTime',
  uuid: 'Uuid',
  email: 'Email',
  uri: 'Uri',
};

function textLimits(type: StringType): Doc[] {
  return fieldArguments({ min_length: type.minLength, max_length: type.maxLength, pattern: type.pattern });
}

function numberLimits(type: NumberType): Doc[] {
  return fieldArguments({ ge: type.minimum, gt: type.exclusiveMinimum, le: type.maximum, lt: type.exclusiveMaximum });
}

function fieldArguments(values: Readonly<Record<string, Json | undefined>>): Doc[] {
  return Object.entries(values).flatMap(([name, given]) => {
    if (given === undefined) return [];
    const isPattern = name === 'pattern' && typeof given === 'string';
    return [[`${name}=`, isPattern ? rawLiteral(given) : literal(given)]];
  });
}

function literalType(values: readonly (string | number | boolean)[]): Expression {
  const isText = values.every((one) => typeof one === 'string');
  return simple(['Literal', subscript(values.map(literal))], [], isText ? [] : ['Exactly']);
}

/** The type of a key, with its default, or that it may be absent. */
function propertyType(property: Property): Expression {
  const { type, default: fallback, isRequired } = property;
  if (fallback !== undefined) return annotated(expressionOf(type), [['default=', literal(fallback)]]);
  const found = annotated(expressionOf(type), []);
  return isRequired ? found : simple(['NotRequired', subscript([found.doc])]);
}

function annotated(expression: Expression, more: readonly Doc[]): Expression {
  const limits = [...expression.limits, ...more];
  const metadata = [...expression.metadata, ...(limits.length === 0 ? [] : [['Field', called(limits)]])];
  if (metadata.length === 0) return expression;
  return simple(['Annotated', subscript([expression.doc, ...metadata])]);
}

/** An expression behind `=` or `:`. */
function value({ doc, isUnion }: Expression): Doc {
  return isUnion || typeof doc === 'string'
    ? group([ifBroken('('), indent([softLine, doc]), softLine, ifBroken(')')])
    : doc;
}

/** Arguments: on one line, on a line of their own, or one on each line. */
function called(args: readonly Doc[]): Doc {
  return group(['(', indent([softLine, group([...join([',', line], args), ifBroken(',')])]), softLine, ')']);
}

function subscript(items: readonly Doc[]): Doc {
  const comma = items.length > 1 ? ifBroken(',') : '';
  return group(['[', indent([softLine, group([...join([',', line], items), comma])]), softLine, ']']);
}

function literal(given: Json): Doc {
  if (typeof given === 'number') return grouped(pyLiteral(given));
  if (typeof given !== 'object' || given === null) return pyLiteral(given);
  if (Array.isArray(given)) return bracketed('[', given.map(literal), ']');
  const entries = Object.entries(given).map(([key, inner]) => [pyLiteral(key), ': ', literal(inner)]);
  return bracketed('{', entries, '}');
}

/** A raw string if that saves escapes. */
function rawLiteral(text: string): string {
  const escaped = pyLiteral(text);
  return text.includes('\\') &&
    !/["\n\r\t]|\\$/.test(text) &&
    escaped === pyLiteral(text) &&
    escaped.replaceAll('\\\\', '\\') === `"${text}"`
    ? `r"${text}"`
    : escaped;
}
