import * as z from 'zod';
import type { JsonObject } from '../engine/store.ts';

/**
 * What a type declares of an event's data or of path parameters: inputs are closed. Everything if the type is open, or a
 * union that has no choice for `whole`, the value that `data` is a part of.
 */
export function declaredPart(type: z.ZodType, data: Readonly<JsonObject>, whole = data): JsonObject {
  if (type instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = type.def;
    const choices = type.options.filter((option) => option instanceof z.ZodObject);
    const choice = choices.find(({ shape }) => shape[discriminator]?.safeParse(whole[discriminator]).success);
    return choice ? declaredPart(choice, data, whole) : { ...data };
  }
  if (!(type instanceof z.ZodObject) || !(type.def.catchall instanceof z.ZodNever)) return { ...data };
  return Object.fromEntries(Object.entries(data).filter(([key]) => Object.hasOwn(type.shape, key)));
}
