import { createSigner, createVerifier } from 'fast-jwt';
import * as z from 'zod';
import type { HostRequest, User } from '../ports.ts';
import { bearerToken } from './bearer-token.ts';
import { isUserId, MAX_ID_LENGTH } from './user-id.ts';

export type { User };

const seconds = z.number().optional();

const Claims = z.object({
  sub: z.string().refine(isUserId),
  exp: seconds,
  nbf: seconds,
  iat: seconds.refine((issued = 0) => issued * 1_000 <= Date.now()),
  permissions: z.array(z.string()).default([]),
  admin: z.boolean().default(false),
});

const LIFETIME_MS = 12 * 3_600_000;

/** JSON Web Tokens (HS256) that contain the user: `sub`, `permissions` and `admin`. */
export class Tokens {
  readonly #sign: (payload: Record<string, unknown>) => string;
  readonly #verify: (token: string) => unknown;

  constructor(secret: string) {
    this.#sign = createSigner({ key: secret, algorithm: 'HS256', expiresIn: LIFETIME_MS });
    this.#verify = createVerifier({ key: secret, algorithms: ['HS256'], requiredClaims: ['exp'], cache: false });
  }

  /** A token that is valid for 12 hours. Throws a `RangeError` for an id that `verify` would refuse. */
  issue(user: Pick<User, 'id'> & Partial<User>): string {
    if (!isUserId(user.id))
      throw new RangeError(
        `a user id has 1 to ${MAX_ID_LENGTH} characters, and neither U+0000 nor unpaired surrogates`,
      );
    return this.#sign({ sub: user.id, permissions: user.permissions ?? [], admin: user.isAdmin ?? false });
  }

  /** The user of a valid token; null for any other. */
  verify(token: string): User | null {
    try {
      const { sub, permissions, admin } = Claims.parse(this.#verify(token));
      return { id: sub, permissions, isAdmin: admin };
    } catch {
      return null;
    }
  }

  /** The user of the bearer token of a request: an `authenticate` port. */
  readonly authenticate = (request: HostRequest): User | null => {
    const token = bearerToken(request);
    return token === undefined ? null : this.verify(token);
  };
}
