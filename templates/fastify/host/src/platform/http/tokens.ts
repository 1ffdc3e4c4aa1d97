import { createSigner, createVerifier } from 'fast-jwt';
import * as z from 'zod';

/** Whoever makes a request. There is no table of users: the token says it all. */
export interface User {
  readonly id: string;
  readonly permissions: readonly string[];
  readonly admin: boolean;
}

const Claims = z.object({
  // PostgreSQL stores no NUL characters.
  sub: z
    .string()
    .min(1)
    .refine((text) => !text.includes('\0')),
  permissions: z.array(z.string()).default([]),
  admin: z.boolean().default(false),
});

const LIFETIME_MS = 3_600_000;

/** JSON Web Tokens, HS256 and nothing else. */
export class Tokens {
  readonly #sign: (payload: Record<string, unknown>) => string;
  readonly #verify: (token: string) => unknown;

  constructor(secret: string) {
    this.#sign = createSigner({ key: secret, algorithm: 'HS256', expiresIn: LIFETIME_MS });
    this.#verify = createVerifier({ key: secret, algorithms: ['HS256'], requiredClaims: ['exp'], cache: false });
  }

  /** A token that is valid for an hour. */
  issue(user: Pick<User, 'id'> & Partial<User>): string {
    return this.#sign({ sub: user.id, permissions: user.permissions ?? [], admin: user.admin ?? false });
  }

  /** The user of a valid token; `undefined` for any other. */
  verify(token: string): User | undefined {
    try {
      const { sub, permissions, admin } = Claims.parse(this.#verify(token));
      return { id: sub, permissions, admin };
    } catch {
      return undefined;
    }
  }
}
