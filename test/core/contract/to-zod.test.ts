import { expect, it } from 'vitest';
import { readTypes } from '../../../src/core/contract/read-type.ts';
import { toPydantic } from '../../../src/core/contract/to-pydantic.ts';
import { toZod } from '../../../src/core/contract/to-zod.ts';

const { types } = readTypes(
  {
    Line: {
      type: 'object',
      description: 'A line of an invoice.',
      required: ['text', 'amount'],
      properties: { text: { type: 'string' }, amount: { type: 'number', minimum: 0 } },
    },
  },
  [
    {
      name: 'Input',
      path: ['input'],
      schema: {
        type: 'object',
        required: ['text'],
        properties: {
          text: { type: 'string', minLength: 1, maxLength: 200_000, description: 'What to read' },
          language: { enum: ['en', 'fr'], default: 'en' },
          count: { type: ['integer', 'null'], maximum: 9 },
          level: { enum: [1, 2] },
          lines: { type: 'array', items: { $ref: '#/types/Line' }, minItems: 1 },
          due: { type: 'string', format: 'date' },
          from: { type: 'object', properties: { code: { type: 'string', pattern: '^\\d+$' } } },
        },
      },
    },
  ],
);
const samples = [{ name: 'sample', of: 'Input', value: { text: "It's", language: 'en' } }];

it('prints zod schemas with their types', () => {
  expect(
    toZod(types, { untyped: [], samples }),
  ).toBe(`// Generated from the types in manifest.yaml: change them there, then run create-ai-module update.
import { integer, text, z } from 'ai-module-runtime';

/** A line of an invoice. */
export const Line = z.strictObject({
  text: z.string(),
  amount: z.number().min(0),
});
export type Line = z.output<typeof Line>;

export const InputFrom = z.strictObject({
  code: text({ pattern: '^[0-9]+$' }).optional(),
});
export type InputFrom = z.output<typeof InputFrom>;

export const Input = z.strictObject({
  /** What to read */
  text: text({ minLength: 1, maxLength: 200_000 }),
  language: z.enum(['en', 'fr']).default('en'),
  count: integer().max(9).nullable().optional(),
  level: z.literal([1, 2]).optional(),
  lines: z.array(Line).min(1).optional(),
  due: text({ format: 'date' }).optional(),
  from: InputFrom.optional(),
});
export type Input = z.output<typeof Input>;

/** A value that fits Input. */
export const sample: Input = { text: "It's", language: 'en' };
`);
});

it('prints TypedDicts, with functional syntax for names that Python reserves', () => {
  expect(
    toPydantic(types, { untyped: [], samples }),
  ).toBe(`"""Generated from the types in manifest.yaml: change them there, then run create-ai-module update."""

from typing import Annotated, Literal, NotRequired

from ai_module_runtime import Date, Exactly, Integer, Number, strict_object
from pydantic import Field
from typing_extensions import TypedDict


@strict_object
class Line(TypedDict):
    """A line of an invoice."""

    text: str
    amount: Annotated[Number, Field(ge=0)]


@strict_object
class InputFrom(TypedDict):
    """A value of the type InputFrom."""

    code: NotRequired[Annotated[str, Field(pattern="^[0-9]+$")]]


Input = TypedDict(
    "Input",
    {
        "text": Annotated[str, Field(min_length=1, max_length=200_000)],
        "language": Annotated[Literal["en", "fr"], Field(default="en")],
        "count": NotRequired[Annotated[Integer | None, Field(le=9)]],
        "level": NotRequired[Annotated[Literal[1, 2], Exactly]],
        "lines": NotRequired[Annotated[list[Line], Field(min_length=1)]],
        "due": NotRequired[Date],
        "from": NotRequired[InputFrom],
    },
)
strict_object(Input)

# A value that fits Input.
sample: Input = {"text": "It's", "language": "en"}
`);
});

const untyped = {
  untyped: ['Input', 'Options', 'Output'] as const,
  samples: [{ name: 'sample', of: 'Input', value: { text: 'The text to work on' } }],
};

it('takes types that the manifest does not declare from the runtime', () => {
  expect(
    toZod(new Map(), untyped),
  ).toBe(`// Generated from the types in manifest.yaml: change them there, then run create-ai-module update.
import { InputData, JsonObject } from 'ai-module-runtime';

/** Any JSON object: manifest.yaml declares no type. */
export { InputData as Input, JsonObject as Options, JsonObject as Output };

/** A value that fits Input. */
export const sample: InputData = { text: 'The text to work on' };
`);
  expect(
    toPydantic(new Map(), untyped),
  ).toBe(`"""Generated from the types in manifest.yaml: change them there, then run create-ai-module update."""

from ai_module_runtime import InputData, JsonObject

# Any JSON object: manifest.yaml declares no type.
Input = InputData
Options = JsonObject
Output = JsonObject

# A value that fits Input.
sample: Input = {"text": "The text to work on"}
`);
});
