import type { FastifyInstance, FastifyRequest, preValidationAsyncHookHandler } from 'fastify';
import { Refusal } from '../errors.ts';
import type { Tokens, User } from './tokens.ts';

export type { User };

declare module 'fastify' {
  interface FastifyInstance {
    /** The user of a request; throws 401 when there is none. */
    authenticate(request: FastifyRequest): User;
  }
  interface FastifyRequest {
    /** Set by `requirePermission` and `requireAdmin`. */
    user: User;
  }
}

const CHALLENGE = { 'www-authenticate': 'Bearer' };
const BEARER = /^Bearer +(\S+)$/i;

export function installAuth(app: FastifyInstance, tokens: Tokens): void {
  app.decorateRequest('user');
  app.decorate('authenticate', (request) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (!token) throw new Refusal(401, 'not_authenticated', CHALLENGE);
    const user = tokens.verify(token);
    if (!user) throw new Refusal(401, 'invalid_token', CHALLENGE);
    return user;
  });
}

/** Whether the user may; `ns:*` grants everything in `ns`, and administrators may do everything. */
export function isAllowed(user: User, permission: string): boolean {
  const everything = `${permission.slice(0, permission.indexOf(':'))}:*`;
  return user.admin || user.permissions.includes(permission) || user.permissions.includes(everything);
}

// Guards run after the body is parsed and before anything is validated: nobody learns
// about the shape of a request they may not make.

/** Guard of a route: 401 without a valid token, 403 without the permission. */
export function requirePermission(permission: string): preValidationAsyncHookHandler {
  return async (request) => {
    request.user = request.server.authenticate(request);
    if (!isAllowed(request.user, permission)) throw new Refusal(403, 'permission_denied');
  };
}

/** Guard of a route for administrators. */
export const requireAdmin: preValidationAsyncHookHandler = async (request) => {
  request.user = request.server.authenticate(request);
  if (!request.user.admin) throw new Refusal(403, 'permission_denied');
};
