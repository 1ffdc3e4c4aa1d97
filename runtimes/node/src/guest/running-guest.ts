import { timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import type { GuestPorts } from '../attach.cts';
import { findUnavailable, Outage } from '../engine/outage.ts';
import { SchemaMissing } from '../engine/schema.ts';
import { type Host, startHost } from '../host.ts';
import { describeError, type Log, loggerOptions, textOf, withFields } from '../log.ts';
import type { ModulesOptions } from '../modules/discovery.ts';
import { isAllowed, type Ports, resolveDatabase } from '../ports.ts';
import { EmbeddedPostgresError } from '../postgres/error.ts';
import { readSettings, SettingsError } from '../settings.ts';

/** What is known of a request below the prefix. */
export interface RequestContext {
  readonly appRequest: unknown;
  /** The path at which the application is mounted in another; usually empty. */
  readonly base: string;
  /** The id of the request, which the answer has. */
  readonly id: string;
}

/** What a guest needs to start. */
export interface RunningGuestOptions {
  readonly prefix: string;
  readonly role: string;
  /** The folder of the modules, and a function that imports their files. Default: `import`. */
  readonly modules: { readonly dir: string; readonly load?: ModulesOptions['load'] | undefined };
  readonly source: string | undefined;
  readonly migrations: 'runtime' | 'app';
  ports(): Promise<GuestPorts>;
  contextOf(request: IncomingMessage): RequestContext;
}

/** The ports can't be made, or are not valid. */
class PortsError extends Error {}

/** Who sends requests with the token of `host attach --verify`. Logins of the application are unknown to it. */
const CHECK_HEADER = 'ai-check-token';
/** No user of an application has it, whatever its id is. */
const IS_CHECK = Symbol('check');
const CHECK_USER = { id: 'create-ai-module-check', isAdmin: true, permissions: [], [IS_CHECK]: true };

const PAUSES_MS = [1_000, 2_000, 5_000, 10_000];
/** Only a restart helps. */
const FINAL = new Set(['settings_invalid', 'ports_invalid']);

/** A guest in this process. It starts in the background, again and again if necessary. */
export class RunningGuest {
  /** Why it doesn't answer; `undefined` when it is ready. */
  code: string | undefined = 'starting';

  readonly #options: RunningGuestOptions;
  readonly #ended = new AbortController();
  #log: Log | undefined;
  #logged: string | undefined;
  #outage: Outage | undefined;
  #host: Host | undefined;
  #running: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];
  #onSchemaLost: () => void = () => {};

  constructor(options: RunningGuestOptions) {
    this.#options = options;
  }

  /** Starts in the background. */
  start(): void {
    // A logger may throw, and nothing of the guest may end the application.
    this.#running = this.#run().catch((error: unknown) => {
      this.#become('start_failed');
      createLog('info').error({ err: describeError(error) }, 'AI modules are not available, start_failed');
    });
  }

  /** Stops, as long as the grace time lasts. A start that is under way ends by itself. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#become('stopping');
    const host = this.#host;
    this.#host = undefined;
    if (host) await this.#close(host);
  }

  /** Resolves with `ready`, or with a code that only a restart can change. */
  async ready(): Promise<string> {
    while (this.code !== undefined && !FINAL.has(this.code) && !this.#ended.signal.aborted)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.code ?? 'ready';
  }

  /** Resolves when only a restart helps. */
  async failed(): Promise<string> {
    await this.#running;
    return this.code !== undefined && FINAL.has(this.code) ? this.code : new Promise(() => {});
  }

  /** Answers a request below the prefix. Only when it is ready. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#host?.app.routing(request, response);
  }

  /** Publishes an event of the application. Only when it is ready. */
  async publish(name: string, data: Record<string, unknown>): Promise<void> {
    await this.#host?.services.bus.publish(name, data, 'host');
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const host = await this.#start();
        if (signal.aborted) return void (await host.app.close());
        const lost = new Promise<void>((resolve) => {
          this.#onSchemaLost = resolve;
        });
        this.#host = host;
        this.#become(undefined);
        host.app.log.info(`AI modules: ready below ${this.#options.prefix}`);
        await lost;
        // Starting again creates the tables, or waits for the migrations of the application.
        if (signal.aborted) return;
        this.#host = undefined;
        this.#become('schema_missing');
        await this.#close(host);
        failures = -1;
      } catch (error) {
        if (signal.aborted) return;
        const code = codeOf(error);
        this.#become(code);
        this.#report(code, error);
        if (FINAL.has(code)) return;
      }
      await this.#pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0);
    }
  }

  async #start(): Promise<Host> {
    const { prefix, role, modules, migrations } = this.#options;
    const given = await this.#ports();
    const env = given.env ?? process.env;
    const settings = readSettings({ ...env, AI_ROLE: role }, { attached: true });
    if (!this.#log) {
      // The same for every try.
      this.#log = given.logger ? withFields(given.logger as Log) : createLog(settings.logLevel);
      if (settings.checkToken) this.#log.warn('AI_CHECK_TOKEN is set: requests with this token need no login');
      if (env.AI_REDIS_URL) this.#log.info('AI_REDIS_URL is ignored: jobs and events are in the database');
    }
    await this.#build(settings.environment);
    this.#outage ??= new Outage(this.#log, () => this.#onSchemaLost());
    const ports: Ports = {
      ...given,
      logger: this.#log,
      authenticate: (request) => {
        const { headers, url, method, raw } = request;
        if (isSame(headers[CHECK_HEADER], settings.checkToken)) return CHECK_USER;
        return given.authenticate({ headers, url, method, raw, appRequest: this.#options.contextOf(raw).appRequest });
      },
      may: (user, permission) => {
        if (IS_CHECK in user) return true;
        return given.may === undefined ? isAllowed(user, permission) : given.may(user, permission);
      },
    };
    return startHost(
      { ...ports, settings, modules: { dir: modules.dir, load: modules.load ?? ((url) => import(url)) } },
      {
        prefix,
        checkOnly: migrations === 'app',
        unref: true,
        startSeconds: 0,
        outage: this.#outage,
        requestIdOf: (request) => this.#options.contextOf(request).id,
        prepare: (app) => this.#prepare(app),
      },
    );
  }

  /** In development the modules are built if they are missing, or older than their code. */
  async #build(environment: string): Promise<void> {
    const { dir } = this.#options.modules;
    const code = resolve(this.#options.source ?? dir);
    if (code === dir) return;
    const isMissing = !existsSync(dir);
    if (environment === 'production' || !existsSync(code)) {
      if (isMissing) this.#log?.warn(`AI modules: there is no folder ${dir}. \`ai-module-runtime build\` makes it`);
      return;
    }
    const { buildModules, isOutdated } = await import('./build-modules.ts');
    if (!isMissing && !(await isOutdated(code, dir))) return;
    // Other processes of the application may do the same: each has a draft, and the first one wins.
    const draft = `${dir}.${process.pid}`;
    await buildModules(code, draft);
    await rm(dir, { recursive: true, force: true });
    await rename(draft, dir).catch(() => rm(draft, { recursive: true, force: true }));
    this.#log?.info(`AI modules: built from ${code}`);
  }

  async #ports(): Promise<GuestPorts> {
    try {
      const ports = await this.#options.ports();
      if (typeof ports?.authenticate !== 'function') throw new TypeError('the function `authenticate` is missing');
      for (const level of ['error', 'warn', 'info', 'debug'] as const)
        if (ports.logger !== undefined && typeof (ports.logger as Partial<Log>)[level] !== 'function')
          throw new TypeError(`the logger has no function \`${level}\``);
      return ports.database === undefined ? ports : { ...ports, database: resolveDatabase(ports.database) };
    } catch (cause) {
      throw new PortsError(`the ports can't be used: ${textOf(cause)}`, { cause });
    }
  }

  /** Makes requests complete whose body the application has read, and addresses those that clients see. */
  #prepare(app: FastifyInstance): void {
    const { prefix, contextOf } = this.#options;
    app.addHook('preParsing', async ({ raw }, _reply, payload) => parsedBefore(raw) ?? payload);
    app.addHook('onSend', async ({ raw }, reply, payload) => {
      const { base } = contextOf(raw);
      const location = reply.getHeader('location');
      if (typeof location === 'string' && location.startsWith('/api/v1/'))
        reply.header('location', `${base}${prefix}${location}`);
      else if (base !== '' && typeof location === 'string' && location.startsWith(`${prefix}/`))
        reply.header('location', `${base}${location}`);
      return payload;
    });
  }

  async #close({ app }: Host): Promise<void> {
    await app.close().catch((error: unknown) => this.#log?.error({ err: error }, 'AI modules: not stopped'));
  }

  #become(code: string | undefined): void {
    this.code = code;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** One line for each reason, however often it is tried. The database's own is written by `Outage`. */
  #report(code: string, error: unknown): void {
    const text = `AI modules are not available, ${code}: ${error instanceof Error ? error.message : String(error)}`;
    if (findUnavailable(error) || text === this.#logged) return;
    this.#logged = text;
    const log = this.#log ?? createLog('info');
    const sql = error instanceof SchemaMissing && error.sql !== '' ? `\n\n${error.sql}` : '';
    const fields = code === 'ports_invalid' || code === 'start_failed' ? { err: describeError(error) } : {};
    log.error(fields, `${text}${sql}`);
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#ended.signal, ref: false }).catch(() => {});
  }
}

function codeOf(error: unknown): string {
  if (error instanceof SettingsError) return 'settings_invalid';
  if (error instanceof PortsError) return 'ports_invalid';
  if (error instanceof SchemaMissing) return 'schema_missing';
  if (error instanceof EmbeddedPostgresError) return 'database_unavailable';
  return findUnavailable(error)?.code ?? 'start_failed';
}

function createLog(level: string): Log {
  return Fastify({ logger: loggerOptions(level) }).log;
}

function isSame(given: unknown, token: string | undefined): boolean {
  if (typeof given !== 'string' || token === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The body of a request that a parser of the application has read already, such as `express.json()`. */
function parsedBefore(raw: IncomingMessage & { body?: unknown; rawBody?: unknown }): Readable | undefined {
  if (!raw.readableEnded) return undefined;
  const { body, rawBody } = raw;
  const bytes = Buffer.isBuffer(rawBody)
    ? rawBody
    : Buffer.isBuffer(body) || typeof body === 'string'
      ? Buffer.from(body as string)
      : Buffer.from(body === undefined ? '' : JSON.stringify(body));
  // Fastify compares the length with the header.
  const receivedEncodedLength = Number(raw.headers['content-length'] ?? bytes.length);
  return Object.assign(Readable.from(bytes.length > 0 ? [bytes] : []), { receivedEncodedLength });
}
