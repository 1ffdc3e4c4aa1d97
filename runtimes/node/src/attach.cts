/**
 * AI modules as a guest in an application: Fastify, Express, NestJS, Koa, or any server of `node:http`. This file is
 * CommonJS and loads nothing until it is needed, so that applications and tests of both kinds can import it. Its types
 * need no others but those of Node.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { RequestContext, RunningGuest } from './guest/running-guest.ts';

/** The user of a request. */
export interface User {
  /** At most 255 characters. Jobs belong to it. */
  readonly id: string;
  /** Such as `my_module:create`; `my_module:*` grants everything in `my_module`. */
  readonly permissions: readonly string[];
  /** Administrators may do everything. */
  readonly isAdmin: boolean;
}

/** A request below the prefix. */
export interface GuestRequest {
  readonly headers: IncomingHttpHeaders;
  /** With the prefix. */
  readonly url: string;
  readonly method: string;
  readonly raw: IncomingMessage;
  /** The application's own object: the request of Fastify or Express, with what its hooks or middleware set; Koa's context. */
  readonly appRequest: unknown;
}

/** A pino-compatible logger, such as `app.log` of Fastify. */
export interface GuestLogger {
  level: string;
  fatal(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  debug(fields: object, message?: string): void;
  trace(fields: object, message?: string): void;
  silent(fields: object, message?: string): void;
  child(fields: object, options?: object): GuestLogger;
}

/** A PostgreSQL database by URL or in parts, or an embedded one in a folder, for development. */
export type GuestDatabase =
  | { readonly url: string }
  | {
      /** A name, an address, or the folder of a Unix socket. */
      readonly host: string;
      readonly port?: number | undefined;
      readonly user?: string | undefined;
      readonly password?: string | undefined;
      readonly database: string;
      /** Default: without TLS. */
      readonly ssl?: boolean | { readonly rejectUnauthorized?: boolean | undefined } | undefined;
    }
  | { readonly embeddedIn: string };

/** What the application gives to the guest. Errors of the functions are answered with 401, 403 or 503. */
export interface GuestPorts {
  /**
   * Returns the user of a request, or null: then the request is answered with 401. So is an error with `status` or
   * `statusCode` 400, 401 or 404 (no such user, inactive user); one with 403 is answered with 403. Anything else is answered
   * with 503: other errors, what is not a user, and a function that takes longer than 10 seconds.
   */
  authenticate(request: GuestRequest): User | null | Promise<User | null>;
  /** Whether a user has a permission. Default: by `permissions` and `isAdmin`. */
  may?(user: User, permission: string): boolean | Promise<boolean>;
  /** Default: AI_DATABASE_URL, or an embedded database in AI_DATA_DIR. */
  readonly database?: GuestDatabase | undefined;
  /** Default: JSON lines on standard output, from AI_LOG_LEVEL up. */
  readonly logger?: GuestLogger | undefined;
  /**
   * Whether `authenticate` reads a cookie. Then requests that change something, without an Authorization header, must come
   * from a page of the same origin, or of one of `origins`; others are answered with 403 `cross_origin`.
   */
  readonly cookies?: boolean | undefined;
  /** Such as `https://app.example.com`. */
  readonly origins?: readonly string[] | undefined;
  /** Environment variables. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The options of a guest. */
export interface GuestOptions<App> {
  /** Where it answers, and nowhere else. Default: `/ai`. */
  readonly prefix?: string;
  /** The absolute path of the folder with the folders of modules. */
  readonly modules: string;
  /**
   * The folder of their TypeScript. In development `modules` is built from it if it is missing or older: `nest start`, for
   * one, empties the output and runs no script.
   */
  readonly source?: string;
  /** Called when the guest starts, with the application that it is attached to; never with the role `off`. */
  ports(app: App): GuestPorts | Promise<GuestPorts>;
  /** Who creates the tables: the runtime (default), or migrations of the application. Then the runtime only checks. */
  readonly migrations?: 'runtime' | 'app';
  /** Imports a file of a module by its URL. Default: `import(url)`. */
  load?(url: string): Promise<unknown>;
}

/** An error of `eraseUser`: the guest is not ready. `code` is what clients get with the 503. */
export interface GuestUnavailable extends Error {
  readonly code: string;
}

/** AI modules in an application. */
export interface Guest<App> {
  /** The role of this process: `AI_ROLE`; by default `off` in tests, and `all` elsewhere. */
  readonly role: string;
  /** Where it answers, such as `/ai`. */
  readonly prefix: string;
  /**
   * Serves the modules below the prefix of an application, and starts them in the background. Never throws: if something
   * is missing, requests below the prefix are answered with 503. With the role `off` it does nothing. Each application that
   * it is attached to has its own ports, and is started and stopped without the others.
   *
   * - Fastify: before `listen` or `ready`. Hooks of the application run before.
   * - Express: before body parsers, after middleware that knows the user.
   * - NestJS: after `NestFactory.create`, before `listen` or `init`. All middleware of `app.use` comes before.
   * - Koa: before body parsers. Other frameworks: with their `http.Server`.
   */
  attach(app: App | object): void;
  /** A Fastify plugin that attaches the guest, such as for a folder of plugins. */
  readonly fastify: (instance: object, options: object, done: (error?: Error) => void) => void;
  /** Whether a request is below the prefix and this process answers it. */
  handles(request: IncomingMessage): boolean;
  /** Answers a request below the prefix, and calls `next` for any other. */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void;
  /** Starts in the background. Called by `attach`. */
  start(app: App): void;
  /** Stops, as long as the grace time lasts. Called when the application or its server is closed. */
  stop(): Promise<void>;
  /** Resolves when the guest is ready, or with the code of the 503 if that needs a restart. With the role `off`: `off`. */
  ready(): Promise<string>;
  /**
   * Tells the modules that a user was deleted: publishes `user.deleted`. Rejects with a `GuestUnavailable` while the
   * guest is not ready. With the role `off` nothing happens.
   */
  eraseUser(id: string): Promise<void>;
  /** Runs jobs in this process, without a server, until it gets SIGINT or SIGTERM; then the process ends. */
  runWorker(app: App): Promise<void>;
}

/** Makes a guest. Nothing is opened before it is attached. Throws a `TypeError` for an invalid prefix. */
export function createGuest<App = unknown>(options: GuestOptions<App>): Guest<App> {
  return new AttachedGuest(options);
}

const TESTS = ['VITEST', 'JEST_WORKER_ID', 'NODE_TEST_CONTEXT'];

function roleOf(env: NodeJS.ProcessEnv): string {
  return env.AI_ROLE || (TESTS.some((name) => env[name] !== undefined) ? 'off' : 'all');
}

type Done = (error?: Error) => void;

/** What is used of Fastify 4 and 5. */
interface FastifyLike {
  readonly prefix: string;
  register(plugin: unknown): unknown;
  all(url: string, options: object, handler: (request: unknown, reply: ReplyLike) => void): unknown;
  addHook(name: string, hook: (done: Done) => void): unknown;
  addHook(name: 'onClose', hook: (instance: unknown, done: Done) => void): unknown;
}
interface ReplyLike {
  readonly raw: ServerResponse;
  hijack(): void;
  getHeaders(): Record<string, string | number | string[] | undefined>;
  callNotFound(): void;
}
interface NestLike {
  getHttpAdapter(): { getType(): string; getInstance(): object; init?(): Promise<void> };
  getHttpServer(): Server;
  use(handler: unknown): unknown;
}
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean;
}

const isFunction = (object: object, ...names: string[]) =>
  names.every((name) => typeof (object as Record<string, unknown>)[name] === 'function');

class AttachedGuest<App> implements Guest<App> {
  readonly prefix: string;
  readonly #options: GuestOptions<App>;
  /** One for each application; the guest itself stands for none. */
  readonly #attachments = new WeakMap<object, Attachment>();
  /** Those that are started, or will be. */
  readonly #active = new Set<Attachment>();
  readonly #contexts = new WeakMap<IncomingMessage, RequestContext>();
  readonly #attached: Promise<void>;
  #onAttached: () => void = () => {};
  #newest: Attachment | undefined;

  constructor(options: GuestOptions<App>) {
    this.#options = options;
    this.#attached = new Promise((resolve) => {
      this.#onAttached = resolve;
    });
    this.prefix = `/${(options.prefix ?? '/ai').replace(/^\/+|\/+$/g, '')}`;
    if (this.prefix === '/') throw new TypeError('a guest needs a prefix');
  }

  /** Read when it is needed: the entry point may load a file of variables after it has imported the guest. */
  get role(): string {
    return roleOf(process.env);
  }

  attach(app: object): void {
    try {
      if (this.role === 'off' || this.#attachments.has(app)) return;
      if (Object(app) !== app) throw new TypeError(`${app} is not an application`);
      const attachment = this.#attachmentOf(app);
      if (isFunction(app, 'getHttpAdapter', 'getHttpServer')) this.#attachToNest(app as NestLike, attachment);
      else if (isFunction(app, 'register', 'addHook')) (app as FastifyLike).register(this.fastify);
      else if (app instanceof Server || (isFunction(app, 'listen', 'emit') && !isFunction(app, 'use')))
        this.#attachToServer(app as Server, attachment);
      else if (isFunction(app, 'use')) this.#use(app as NestLike, attachment);
      else throw new TypeError('it is not an application of Fastify, Express, NestJS or Koa, and not a server');
      // The application may not be complete yet.
      if (!isFunction(app, 'addHook')) attachment.startSoon();
    } catch (error) {
      report('the AI modules are not attached', error);
    }
  }

  #attachmentOf(app: unknown): Attachment {
    const key = Object(app) === app ? (app as object) : this;
    const known = this.#attachments.get(key);
    if (known) return known;
    const attachment = new Attachment(() => this.#create(app as App, this.role), this.#active);
    this.#attachments.set(key, attachment);
    this.#newest = attachment;
    this.#onAttached();
    return attachment;
  }

  #attachToNest(app: NestLike, attachment: Attachment): void {
    const adapter = app.getHttpAdapter();
    attachment.stopWith(app.getHttpServer());
    if (adapter.getType() !== 'fastify') {
      // After all middleware that the application uses, such as for CORS and sessions, and before NestJS adds body parsers.
      const init = adapter.init?.bind(adapter);
      adapter.init = async () => {
        app.use(this.#middlewareOf(attachment));
        await init?.();
      };
      return;
    }
    (adapter.getInstance() as FastifyLike).register(this.#pluginFor(app));
  }

  /** Express, or Koa, whose middleware has other arguments. */
  #use(app: NestLike, attachment: Attachment): void {
    if (!isFunction(app, 'callback')) return void app.use(this.#middlewareOf(attachment));
    app.use((context: KoaContext, next: () => unknown) => {
      if (!this.#isBelow(context.req)) return next();
      context.respond = false;
      // What middleware does after `next` then comes too late to change the answer.
      const answered = new Promise((resolve) => context.res.once('close', resolve));
      this.#answer(attachment, context.req, context.res, context);
      return answered;
    });
  }

  #attachToServer(server: Server, attachment: Attachment): void {
    const emit = server.emit.bind(server) as (...args: unknown[]) => boolean;
    const dispatch = (event: string, ...args: unknown[]) => {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      if (event !== 'request' || !this.#isBelow(request)) return emit(event, ...args);
      this.#answer(attachment, request, response, request);
      return true;
    };
    server.emit = dispatch as Server['emit'];
    attachment.stopWith(server);
  }

  get fastify(): Guest<App>['fastify'] {
    return this.#pluginFor(undefined);
  }

  /** A plugin for `app`, which is the instance itself unless that belongs to another framework. */
  #pluginFor(app: object | undefined): Guest<App>['fastify'] {
    const plugin = (given: object, _options: object, done: Done) => {
      const instance = given as FastifyLike;
      const attachment = this.role === 'off' ? undefined : this.#attachmentOf(app ?? instance);
      if (attachment && !attachment.hasPlugin) {
        attachment.hasPlugin = true;
        this.#addRoutes(instance, attachment);
        // Not earlier: what a plugin of the application waits for would take longer, and plugins have a time limit.
        instance.addHook('onReady', (ready: Done) => {
          attachment.startSoon();
          ready();
        });
        instance.addHook('onClose', (_instance: unknown, closed: Done) => {
          void attachment.stop().then(() => closed());
        });
      }
      done();
    };
    // As with fastify-plugin: decorators and hooks of the application are those of its own context.
    return Object.assign(plugin, {
      [Symbol.for('skip-override')]: true,
      [Symbol.for('fastify.display-name')]: 'ai-module-runtime',
    });
  }

  #addRoutes(instance: FastifyLike, attachment: Attachment): void {
    if (this.role === 'worker') return;
    const base = instance.prefix;
    const options = {
      schema: { hide: true },
      exposeHeadRoute: false,
      onRequest: (request: { raw: IncomingMessage }, reply: ReplyLike, done: Done) => {
        if (restBelow(`${base}${this.prefix}`, request.raw.url) === undefined) return done();
        reply.hijack();
        // What hooks of the application have set, such as for CORS.
        for (const [name, value] of Object.entries(reply.getHeaders()))
          if (value !== undefined) reply.raw.setHeader(name, value);
        this.#answer(attachment, request.raw, reply.raw, request, base);
      },
    };
    try {
      for (const url of [this.prefix, `${this.prefix}/*`])
        instance.all(url, options, (_request, reply) => reply.callNotFound());
    } catch (error) {
      report(`the AI modules are not attached: the application has routes below ${this.prefix}`, error);
    }
  }

  readonly handler = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void => {
    if (this.handles(request)) this.#answer(this.#newest, request, response, request);
    else next?.();
  };

  handles(request: IncomingMessage): boolean {
    const isMounted = this.#serves && mountedAt(request).endsWith(this.prefix);
    return isMounted || this.#isBelow(request);
  }

  /** In an application that may itself be mounted at a path that ends with the prefix, such as `/v1/ai`. */
  #middlewareOf(attachment: Attachment): Guest<App>['handler'] {
    return (request, response, next) => {
      if (this.#isBelow(request)) this.#answer(attachment, request, response, request);
      else next?.();
    };
  }

  get #serves(): boolean {
    return this.role !== 'off' && this.role !== 'worker';
  }

  #isBelow(request: IncomingMessage): boolean {
    return this.#serves && restBelow(this.prefix, request.url) !== undefined;
  }

  /** Never throws: nothing of the guest reaches the error handlers of the application. */
  #answer(
    attachment: Attachment | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    appRequest: unknown,
    prefixed?: string,
  ): void {
    try {
      keepOwn(request, response);
      const id = requestIdOf(request, response, appRequest);
      response.setHeader('x-request-id', id);
      const { server } = request.socket as typeof request.socket & { server?: Server };
      if (server) attachment?.stopWith(server);
      const { code, running } = attachment ?? { code: 'not_started' };
      const rest = restBelow(`${prefixed ?? ''}${this.prefix}`, request.url);
      if (running === undefined || code !== undefined) return void answerUnready(response, rest, code ?? 'starting');
      const mounted = mountedAt(request);
      const base = prefixed ?? (rest === undefined ? mounted.slice(0, -this.prefix.length) : mounted);
      this.#contexts.set(request, { appRequest, base, id });
      request.url = `${this.prefix}${rest ?? request.url ?? ''}`;
      // Koa sets 404 until somebody answers.
      response.statusCode = 200;
      running.answer(request, response);
    } catch (error) {
      report('a request failed', error);
      if (response.headersSent) response.destroy();
      else refuse(response, 'internal_error', 500);
    }
  }

  start(app: App): void {
    if (this.role === 'off') return;
    this.#newest = this.#attachmentOf(app);
    void this.#newest.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#active].map((attachment) => attachment.stop()));
  }

  async ready(): Promise<string> {
    if (this.role === 'off') return 'off';
    await this.#attached;
    return this.#newest?.ready() ?? 'not_started';
  }

  async eraseUser(id: string): Promise<void> {
    if (this.role === 'off') return;
    const { running } = [...this.#active].find((attachment) => attachment.code === undefined) ?? {};
    if (running) return running.publish('user.deleted', { user_id: id });
    const code = ([...this.#active].at(-1) ?? this.#newest)?.code ?? 'not_started';
    throw Object.assign(new Error(`the AI modules are not ready: ${code}`), { code });
  }

  async #create(app: App, role: string): Promise<RunningGuest> {
    const { RunningGuest } = await importGuest();
    const { modules, source, migrations = 'runtime', ports, load } = this.#options;
    return new RunningGuest({
      prefix: this.prefix,
      role,
      modules: { dir: modules, load },
      source,
      migrations,
      ports: async () => ports(app),
      contextOf: (request) => this.#contexts.get(request) ?? { appRequest: request, base: '', id: randomUUID() },
    });
  }

  async runWorker(app: App): Promise<void> {
    // The guest does not keep the process alive.
    const alive = setInterval(() => {}, 60_000);
    const worker = new Attachment(() => this.#create(app, 'worker'), this.#active);
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    const running = await worker.start();
    const code = await Promise.race([stopped, running === undefined ? 'start_failed' : running.failed()]);
    await worker.stop();
    clearInterval(alive);
    process.exit(code === undefined ? 0 : 1);
  }
}

/** A guest in one application: it is started and stopped with that. */
class Attachment {
  /** Whether it is in an application of Fastify. */
  hasPlugin = false;
  running: RunningGuest | undefined;
  readonly #create: () => Promise<RunningGuest>;
  readonly #active: Set<Attachment>;
  readonly #servers = new Set<Server>();
  readonly #begun: Promise<void>;
  #begin: () => void = () => {};
  #soon: NodeJS.Immediate | undefined;
  #started: Promise<RunningGuest | undefined> | undefined;
  #stopped: Promise<void> = Promise.resolve();
  #isWithoutServer = false;
  #code = 'not_started';

  constructor(create: () => Promise<RunningGuest>, active: Set<Attachment>) {
    this.#create = create;
    this.#active = active;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** Why it doesn't answer; `undefined` when it is ready. */
  get code(): string | undefined {
    return this.running === undefined ? this.#code : this.running.code;
  }

  startSoon(): void {
    this.#active.add(this);
    this.#soon = setImmediate(() => void this.start());
  }

  /** After a stop that is under way. */
  start(): Promise<RunningGuest | undefined> {
    if (this.#started) return this.#started;
    this.#active.add(this);
    this.#isWithoutServer = false;
    this.#code = 'starting';
    const started: Promise<RunningGuest | undefined> = this.#stopped
      .then(() => this.#create())
      .then((running) => {
        // It was stopped meanwhile.
        if (this.#started !== started) return undefined;
        this.running = running;
        running.start();
        return running;
      })
      .catch((error: unknown) => {
        this.#code = 'start_failed';
        report('the AI modules are not available, start_failed', error);
        return undefined;
      });
    this.#started = started;
    this.#begin();
    return started;
  }

  stop(): Promise<void> {
    clearImmediate(this.#soon);
    this.#isWithoutServer = false;
    this.#active.delete(this);
    const started = this.#started;
    if (started === undefined) return this.#stopped;
    this.#started = undefined;
    this.running = undefined;
    this.#code = 'stopping';
    this.#stopped = started.then(async (running) => {
      await running?.stop();
      if (this.#started === undefined) this.#code = 'not_started';
    });
    return this.#stopped;
  }

  /** Stops when the last of its servers is closed. Starts again if there is another one. */
  stopWith(server: Server): void {
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    if (this.#isWithoutServer) void this.start();
    server.once('close', () => {
      this.#servers.delete(server);
      if (this.#servers.size > 0) return;
      const isStarted = this.#started !== undefined;
      void this.stop();
      this.#isWithoutServer = isStarted;
    });
  }

  async ready(): Promise<string> {
    await this.#begun;
    const running = await this.#started;
    return running === undefined ? this.#code : running.ready();
  }
}

/** jest runs files in a context without imports of ESM; there Node's own `require` loads it. */
async function importGuest(): Promise<typeof import('./guest/running-guest.ts')> {
  // An import blocks the event loop of the application, several ones for a shorter time each.
  for (const load of [() => import('fastify'), () => import('zod'), () => import('drizzle-orm/node-postgres')]) {
    await load().catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
  }
  return import('./guest/running-guest.ts').catch((error: unknown) => {
    if (process.env.JEST_WORKER_ID === undefined) throw error;
    const { createRequire } = process.getBuiltinModule('node:module');
    return createRequire(__filename)('./guest/running-guest.js');
  });
}

/** Where Express has mounted the application or the handler. */
function mountedAt(request: IncomingMessage & { baseUrl?: string }): string {
  return request.baseUrl ?? '';
}

/** What follows a prefix in a URL, or `undefined`. A letter may also be written as an escape, such as `%61`. */
function restBelow(prefix: string, url = ''): string | undefined {
  const path = url.replace(/\?.*$/s, '');
  const head = path.split('/', prefix.split('/').length).join('/');
  return head === prefix || decoded(head) === prefix ? url.slice(head.length) : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Headers about a body, and about storing it, that an application sets for its own answers. */
const ABOUT_BODY =
  /^(content-(?!security-policy)|(cache-control|etag|expires|last-modified|pragma|age|accept-ranges|transfer-encoding|trailer|digest|repr-digest)$)/;

/** Keeps middleware of the application from changing or delaying an answer. Its other headers stay, such as cookies. */
function keepOwn(request: IncomingMessage, response: ServerResponse): void {
  for (const name of response.getHeaderNames()) if (ABOUT_BODY.test(name)) response.removeHeader(name);
  // Middleware that compresses does nothing then.
  delete request.headers['accept-encoding'];
}

/** Numbers that Fastify gives by default: each process has the same ones. */
const COUNTED = /^req-[\da-z]+$/;

/**
 * The id that the application gave the request: in its answer, or as `id` of the request, as Fastify and pino-http do. If
 * it gave none, or a number that is not unique, that of the client, or a new one.
 */
function requestIdOf(
  request: IncomingMessage & { id?: unknown },
  response: ServerResponse,
  appRequest: unknown,
): string {
  const given = [response.getHeader('x-request-id'), (appRequest as { id?: unknown }).id, request.id];
  const own = given.find((id) => typeof id === 'string' && /^[\x20-\x7e]+$/.test(id) && !COUNTED.test(id));
  const sent = request.headers['x-request-id'];
  return (
    (own as string | undefined) ?? (typeof sent === 'string' && /^[\w.-]{1,128}$/.test(sent) ? sent : randomUUID())
  );
}

/** `/livez` says that the process answers, in every state. */
function answerUnready(response: ServerResponse, rest: string | undefined, code: string): void {
  if (/^\/livez(\?|$)/.test(rest ?? '')) send(response, 200, { status: 'live' });
  else refuse(response, code);
}

function refuse(response: ServerResponse, code: string, status = 503): void {
  if (status === 503) response.setHeader('retry-after', '5');
  send(response, status, { detail: code });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
  response.req.resume();
}

/** Before there is a logger. */
function report(message: string, error: unknown): void {
  process.stderr.write(`${message}: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
}
