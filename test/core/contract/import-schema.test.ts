import { expect, it } from 'vitest';
import { importSchema } from '../../../src/core/contract/import-schema.ts';

const messages = (document: unknown, component?: string): string[] =>
  importSchema(document, 'input', component).problems.map(({ message }) => message);
const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });

it('imports what Pydantic prints', () => {
  const document = object(
    {
      note: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }], default: null, title: 'Note' },
      lines: { type: 'array', items: { $ref: '#/$defs/line-item' }, title: 'Lines' },
      other: { allOf: [{ $ref: '#/$defs/line-item' }], description: 'Another' },
    },
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Order',
      $defs: { 'line-item': object({ text: { type: 'string' } }) },
    },
  );
  expect(importSchema(document, 'input')).toEqual({
    schema: object({
      note: { type: ['string', 'null'], maxLength: 9, default: null },
      lines: { type: 'array', items: { $ref: '#/types/LineItem' } },
      other: { $ref: '#/types/LineItem', description: 'Another' },
    }),
    types: { LineItem: object({ text: { type: 'string' } }) },
    dropped: ['$defs', '$schema', 'title'],
    problems: [],
  });
});

it('imports a component of OpenAPI 3.0', () => {
  const Shape = {
    oneOf: [{ $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' }],
    discriminator: { propertyName: 'kind', mapping: { circle: '#/components/schemas/Circle' } },
  };
  const Circle = object({
    kind: { type: 'string', enum: ['circle'], nullable: false },
    radius: { type: 'number', format: 'double', minimum: 0, exclusiveMinimum: true },
  });
  const Square = object({ kind: { const: 'square' } }, { required: ['kind'] });
  const Drawing = object(
    { shape: { $ref: '#/components/schemas/Shape' }, name: { type: 'string', nullable: true, example: 'A' } },
    { required: [] },
  );
  const imported = importSchema({ components: { schemas: { Shape, Circle, Square, Drawing } } }, 'input', 'Drawing');
  expect(imported.schema).toEqual(
    object({ shape: { $ref: '#/types/Shape' }, name: { type: ['string', 'null'], examples: ['A'] } }),
  );
  expect(imported.types).toEqual({
    Shape: { oneOf: [{ $ref: '#/types/Circle' }, { $ref: '#/types/Square' }], discriminator: { propertyName: 'kind' } },
    Circle: object({ kind: { type: 'string', const: 'circle' }, radius: { type: 'number', exclusiveMinimum: 0 } }),
    Square,
  });
  expect(imported.problems.map(({ message }) => message)).toEqual([
    'types.Shape.oneOf[0]: in Circle, kind must be required and have a const',
  ]);
});

it.each<[string, unknown, string | undefined, string]>([
  ['a list', [], undefined, 'the file is not a schema'],
  ['an unknown component', {}, 'Order', 'there is no schema Order in components.schemas'],
  ['a reference to nothing', object({ a: { $ref: '#/$defs/A' } }), undefined, 'the file has no #/$defs/A'],
  ['a reference to another file', object({ a: { $ref: 'a.json' } }), undefined, 'the file has no a.json'],
  [
    'another keyword',
    object({ a: { type: 'array', items: { type: 'null' }, uniqueItems: true } }),
    undefined,
    'has the keyword "uniqueItems"',
  ],
  [
    'a union without a discriminator',
    object({ a: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
    undefined,
    'has the keyword "anyOf"',
  ],
  [
    'recursion',
    object({ a: { $ref: '#/$defs/A' } }, { $defs: { A: object({ a: { $ref: '#/$defs/A' } }) } }),
    undefined,
    'the type A contains itself',
  ],
])('refuses %s', (_, document, component, message) => expect(messages(document, component)[0]).toContain(message));

it('chooses names that types may have', () => {
  const defs = {
    'order.line': { type: 'string' },
    order_line: { type: 'string' },
    '1st': { type: 'string' },
    Date: { type: 'string' },
  };
  const properties = Object.fromEntries(
    Object.keys(defs).map((name, index) => [`p${index}`, { $ref: `#/$defs/${name}` }]),
  );
  expect(Object.keys(importSchema(object(properties, { $defs: defs }), 'input').types)).toEqual([
    'OrderLine',
    'OrderLine2',
    'Type1st',
    'Date2',
  ]);
});

it('refuses a schema that is nested 10,000 levels deep', () => {
  const deep = Array.from({ length: 10_000 }).reduce<object>((items) => ({ type: 'array', items }), { type: 'null' });
  expect(messages(object({ deep }))[0]).toContain('is nested more than 20 levels deep');
});
