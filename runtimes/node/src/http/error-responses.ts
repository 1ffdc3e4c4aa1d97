import * as z from 'zod';

const Refused = z.object({ detail: z.string() }).meta({ id: 'Refused', description: 'A stable code' });

const Invalid = z
  .object({
    detail: z.array(
      z.object({
        loc: z.array(z.union([z.string(), z.number()])),
        msg: z.string(),
        type: z.string(),
      }),
    ),
  })
  .meta({ id: 'InvalidRequest', description: 'Everything that is wrong with the request' });

/** The error answers of every route with a guard; spread them into the `response` of its schema. */
export const guardErrors = { 401: Refused, 403: Refused, 422: Invalid, 503: Refused } as const;

/** Further error answers of a route: `...errorResponses(404, 409)`. */
export function errorResponses<S extends 404 | 409 | 429 | 502 | 503 | 504>(
  ...statuses: S[]
): Record<S, typeof Refused> {
  return Object.fromEntries(statuses.map((status) => [status, Refused])) as Record<S, typeof Refused>;
}

export {
  /** @deprecated Use `errorResponses`. */
  errorResponses as refusedWith,
  /** @deprecated Use `guardErrors`. */
  guardErrors as refusals,
};
