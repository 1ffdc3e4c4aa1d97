import * as z from 'zod';
import type { JsonObject } from '../engine/store.ts';

/**
 * What a type declares of an event's data or of path parameters: inputs are closed. Everything if the type is open, or a
 * union that has no choice for the data.
 */
export function declaredPart(type: z.ZodType, data: Readonly<JsonObject>): JsonObject {
  if (type instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = type.def;
    const choices = type.options.filter((option) => option instanceof z.ZodObject);
    const choice = choices.find(({ shape }) => shape[discriminator]?.safeParse(data[discriminator]).success);
    return choice ? declaredPart(choice, data) : { ...data };
  }
  if (!(type instanceof z.ZodObject) || !(type.def.catchall instanceof z.ZodNever)) return { ...data };
  return Object.fromEntries(Object.entries(data).filter(([key]) => Object.hasOwn(type.shape, key)));
}
