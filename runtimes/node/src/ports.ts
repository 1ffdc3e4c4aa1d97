import type { FastifyRequest } from 'fastify';
import type { Log } from './log.ts';

/** The user of a request. */
export interface User {
  /** At most 255 characters. Jobs belong to it. */
  readonly id: string;
  /** Such as `my_module:create`; `my_module:*` grants everything in `my_module`. */
  readonly permissions: readonly string[];
  /** Administrators may do everything. */
  readonly isAdmin: boolean;
}

/** A request as the host sees it: `headers`, `url`, and `raw` of Node. */
export type HostRequest = Pick<FastifyRequest, 'headers' | 'url' | 'method' | 'raw'>;

/**
 * Returns the user of a request, or null: then the request is answered with 401. An `HttpError` with status 401, 403 or
 * 503 is answered as it is, any other error with 503.
 */
export type Authenticate = (request: HostRequest) => User | null | Promise<User | null>;

/** Whether a user has a permission. An error is answered with 503. */
export type May = (user: User, permission: string) => boolean | Promise<boolean>;

/** Where the tables are: a PostgreSQL database by URL, or an embedded one in a folder. */
export type DatabasePort = { readonly url: string } | { readonly embeddedIn: string };

/** What a host gives to the runtime. */
export interface Ports {
  readonly authenticate: Authenticate;
  /** Default: `isAllowed`, which compares the user's permissions. */
  readonly may?: May | undefined;
  /** Default: `settings.databaseUrl`, or an embedded database in `settings.dataDir`. */
  readonly database?: DatabasePort | undefined;
  /** A pino-compatible logger. Default: JSON lines on standard output, from `settings.logLevel` up. */
  readonly logger?: Log | undefined;
}

/** The default of `may`: administrators may do everything, and `ns:*` grants everything in `ns`. */
export function isAllowed(user: User, permission: string): boolean {
  const everything = `${permission.slice(0, permission.indexOf(':'))}:*`;
  return user.isAdmin || user.permissions.includes(permission) || user.permissions.includes(everything);
}
