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

/**
 * A request as the host sees it: `headers`, `url`, and `raw` of Node. In an application with a guest, `appRequest` is the
 * application's own object, such as the request of Express.
 */
export type HostRequest = Pick<FastifyRequest, 'headers' | 'url' | 'method' | 'raw'> & {
  readonly appRequest?: unknown;
};

/**
 * Returns the user of a request, or null: then the request is answered with 401. An `HttpError` with status 401, 403 or
 * 503 is answered as it is. An error of another library with `status` or `statusCode` 400, 401 or 404 (no such user,
 * inactive user) is answered with 401, one with 403 with that status, any other error with 503. So is a function that takes longer than 10 seconds, and a result that is not a user.
 */
export type Authenticate = (request: HostRequest) => User | null | Promise<User | null>;

/** Whether a user has a permission. An error is answered with 503. */
export type May = (user: User, permission: string) => boolean | Promise<boolean>;

/** A PostgreSQL database in parts. */
export interface DatabaseParts {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database: string;
  /** Default: without TLS. */
  readonly ssl?: boolean | { readonly rejectUnauthorized?: boolean | undefined } | undefined;
}

/** Where the tables are: a PostgreSQL database by URL or in parts, or an embedded one in a folder. */
export type DatabasePort = { readonly url: string } | DatabaseParts | { readonly embeddedIn: string };

/** What a host gives to the runtime. */
export interface Ports {
  readonly authenticate: Authenticate;
  /** Default: `isAllowed`, which compares the user's permissions. */
  readonly may?: May | undefined;
  /** Default: `settings.databaseUrl`, or an embedded database in `settings.dataDir`. */
  readonly database?: DatabasePort | undefined;
  /** A pino-compatible logger. Default: JSON lines on standard output, from `settings.logLevel` up. */
  readonly logger?: Log | undefined;
  /**
   * Whether `authenticate` reads a cookie. Then requests that change something, without an Authorization header, must come
   * from a page of the same origin, or of one of `origins`; others are answered with 403 `cross_origin`.
   */
  readonly cookies?: boolean | undefined;
  /** Such as `https://app.example.com`. */
  readonly origins?: readonly string[] | undefined;
}

/** A URL for a database in parts. Throws a `TypeError` if it is not a database of PostgreSQL. */
export function resolveDatabase(port: DatabasePort): { readonly url: string } | { readonly embeddedIn: string } {
  if ('embeddedIn' in port) return port;
  const url = 'url' in port ? port.url : urlOf(port);
  if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url))
    throw new TypeError(`the URL of the database must begin with postgresql://${url ? '' : ', and it is empty'}`);
  return { url };
}

function urlOf({ host, port, user, password, database, ssl }: DatabaseParts): string {
  const parts = password === undefined ? [user] : [user ?? '', password];
  const account = parts.filter((part) => part !== undefined).map(encodeURIComponent);
  const isFolder = host.startsWith('/');
  const address = isFolder ? '' : `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
  const isChecked = typeof ssl !== 'object' || ssl.rejectUnauthorized !== false;
  const query = new URLSearchParams({
    ...(isFolder && { host, ...(port !== undefined && { port: String(port) }) }),
    ...(ssl && { sslmode: isChecked ? 'verify-full' : 'no-verify' }),
  }).toString();
  const head = `postgresql://${account.join(':')}${account.length > 0 ? '@' : ''}${address}`;
  return `${head}/${encodeURIComponent(database)}${query && `?${query}`}`;
}

/** The default of `may`: administrators may do everything, and `ns:*` grants everything in `ns`. */
export function isAllowed(user: User, permission: string): boolean {
  const everything = `${permission.slice(0, permission.indexOf(':'))}:*`;
  return user.isAdmin || user.permissions.includes(permission) || user.permissions.includes(everything);
}
