import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError, RETRY_AFTER } from '../errors.ts';
import { isAllowed, type Ports, type User } from '../ports.ts';
import { withTimeout } from '../tasks/with-timeout.ts';
import { bearerToken } from './bearer-token.ts';
import { isUserId } from './user-id.ts';

export { isAllowed, type User };

/** A user as routes of modules see it. */
export interface RequestUser extends User {
  /** @deprecated Use `isAdmin`. */
  readonly admin: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The user of a request. Throws an `HttpError` with status 401, 403 or 503. */
    authenticate(request: FastifyRequest): Promise<RequestUser>;
    /** Whether a user has a permission. Throws an `HttpError` with status 503 if that is unknown. */
    may(user: User, permission: string): Promise<boolean>;
  }
  interface FastifyRequest {
    /** Set by `requirePermission` and `requireAdmin`. */
    user: RequestUser;
  }
}

const CHALLENGE = { 'www-authenticate': 'Bearer' };
const PORT_STATUSES = [401, 403, 503];
/** How functions of applications say that a request has no user: also one that is inactive, or was deleted. */
const NO_USER: readonly unknown[] = [400, 401, 404];
/** How long a function of the host may take. */
const PORT_MS = 10_000;

/** Makes the ports of the host available to guards. */
export function installAuth(app: FastifyInstance, ports: Ports): void {
  const { authenticate, may = isAllowed, cookies = false, origins = [] } = ports;
  app.decorateRequest('user');
  app.decorate('authenticate', async (request) => {
    const user = await callPort(request, () => withoutUser(() => authenticate(request)));
    if (user === null || user === undefined) {
      const code = bearerToken(request) === undefined ? 'not_authenticated' : 'invalid_token';
      throw new HttpError(401, code, CHALLENGE);
    }
    const checked = checkUser(request, user);
    if (cookies) refuseCrossOrigin(request, origins);
    return checked;
  });
  app.decorate('may', (user, permission) => callPort(app, () => may(user, permission)));
}

/** The user that `authenticate` has returned, for whom jobs are stored. Throws an `HttpError` with status 503. */
function checkUser({ log }: FastifyRequest, user: User): RequestUser {
  // Some databases have numbers for booleans.
  const { id, permissions = [], isAdmin = false } = Object(user) as { [Key in keyof User]: unknown };
  const isFlag = [true, false, null, 0, 1].some((value) => value === isAdmin);
  if (typeof id === 'string' && isUserId(id) && Array.isArray(permissions) && isFlag)
    return { ...user, permissions, isAdmin: Boolean(isAdmin), admin: Boolean(isAdmin) };
  log.error(
    'authentication failed: a user has an `id` of 1 to 255 characters, an array `permissions`, and a boolean `isAdmin`',
  );
  throw unavailable();
}

const unavailable = () => new HttpError(503, 'authentication_unavailable', RETRY_AFTER);

/** Calls a function of the host. Its errors are answered with 401, 403 or 503, never with 500. */
async function callPort<T>({ log }: Pick<FastifyRequest, 'log'>, call: () => T | Promise<T>): Promise<T> {
  try {
    return await withTimeout(PORT_MS, Promise.resolve(call()));
  } catch (error) {
    if (error instanceof HttpError && PORT_STATUSES.includes(error.status)) throw error;
    if (!(error instanceof HttpError) && statusOf(error) === 403) throw new HttpError(403, 'permission_denied');
    log.error({ err: error }, 'authentication failed');
    throw unavailable();
  }
}

/** The user, or null if a function of an application says with its error that there is none. */
async function withoutUser<T>(find: () => T | Promise<T>): Promise<T | null> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof HttpError || !NO_USER.includes(statusOf(error))) throw error;
    return null;
  }
}

/** The status of an error of Express, Fastify or NestJS. */
function statusOf(error: unknown): unknown {
  const { status, statusCode } = Object(error) as { status?: unknown; statusCode?: unknown };
  return status ?? statusCode;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Throws an `HttpError` unless a page of this origin, or of one in `origins`, sent a request that may change something. */
function refuseCrossOrigin({ method, headers }: FastifyRequest, origins: readonly string[]): void {
  const { origin, authorization, host } = headers;
  if (SAFE_METHODS.has(method) || authorization !== undefined) return;
  if (origin !== undefined && origins.includes(origin)) return;
  const site = headers['sec-fetch-site'];
  const from = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
  const isSame = site === undefined ? from !== undefined && from === host : site === 'same-origin';
  if (!isSame) throw new HttpError(403, 'cross_origin');
}

/** A guard of a route: its `onRequest`, so that nothing is read from callers without the permission. */
export type Guard = (request: FastifyRequest) => Promise<void>;

/** Guard of a route: 401 without a user, 403 without the permission. */
export function requirePermission(permission: string): Guard {
  return async (request) => {
    request.user = await request.server.authenticate(request);
    if (!(await request.server.may(request.user, permission))) throw new HttpError(403, 'permission_denied');
  };
}

/** Guard of a route for administrators. */
export const requireAdmin: Guard = async (request) => {
  request.user = await request.server.authenticate(request);
  if (!request.user.isAdmin) throw new HttpError(403, 'permission_denied');
};
