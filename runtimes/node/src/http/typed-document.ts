import * as z from 'zod';
import { checkType } from '../check-type.ts';
import type { JsonObject } from '../engine/store.ts';
import { JsonDocument } from '../jobs/schemas.ts';

/** A JSON object in a request that fits a type of a module. Its problems are those of `checkType`. */
export function typedDocument(type: z.ZodType, prepare = (value: JsonObject) => value) {
  return JsonDocument.transform((value, { issues }) => {
    const checked = checkType(type, prepare(value));
    if (checked.ok) return checked.value as JsonObject;
    for (const { loc, type: kind, msg } of checked.problems)
      issues.push({ code: 'custom', input: value, path: [...loc], message: msg, params: { type: kind, msg } });
    return z.NEVER;
  });
}
