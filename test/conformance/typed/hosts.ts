import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { pythonOf, type Stack } from '../../e2e/generated-host.ts';
import { folderOf } from '../compare/hosts.ts';
import type { Host, ModuleFacts } from '../host/host.ts';
import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { fastifyLauncher } from '../host/launch-fastify.ts';
import { queryDatabase } from '../host/query.ts';
import { AnswerKinds } from '../wire/answer-kinds.ts';
import { Caller, may, type Rights, type Traffic } from '../wire/caller.ts';

/** The module whose manifest has every keyword. */
export const orders: ModuleFacts = {
  name: 'orders',
  namespace: 'orders',
  schemaPrefix: 'Orders',
  hasResult: true,
  hasRetry: false,
  hasStats: true,
  hasCancelledEvent: true,
  maxConcurrentJobs: 10,
  subscribed: 'shop.order.placed',
  extraEndpoints: [],
};

/** The module that reads the results of `orders`. */
export const reports = { name: 'order_reports', namespace: 'order_reports' } as ModuleFacts;

/** A host whose modules `orders` and `order_reports` have the service and provider of test/fixtures/typed. */
export class TypedHost {
  readonly host: Host;
  /** With all permissions that no administrator needs. */
  readonly user: Caller;
  readonly admin: Caller;
  readonly #traffic: Traffic = { answers: [], kinds: new AnswerKinds(), outages: false, accepted: [] };

  private constructor(host: Host) {
    this.host = host;
    const permissions = [orders, reports].flatMap((module) => may(module, 'create', 'read', 'delete'));
    this.user = this.caller('user', { permissions });
    this.admin = this.caller('the-admin', { admin: true });
  }

  static async start(stack: Stack): Promise<TypedHost> {
    const dir = await folderOf(stack);
    const launcher = stack === 'fastify' ? fastifyLauncher({ dir }) : fastapiLauncher({ dir, python: pythonOf(dir) });
    const written = fileURLToPath(new URL(`../../fixtures/typed/${stack}/`, import.meta.url));
    const host = await launcher.launch({
      edit: (modulesDir) => cpSync(written, modulesDir, { recursive: true }),
      env: { ORDERS_MAX_PENDING_JOBS: '1000' },
    });
    return new TypedHost(host);
  }

  caller(sub: string, rights: Rights): Caller {
    return Caller.withToken(this.host, this.#traffic, sub, rights);
  }

  /** A user with all permissions, whose jobs are no one else's. */
  someone(): Caller {
    const permissions = [orders, reports].flatMap((module) => may(module, 'create', 'read', 'delete'));
    return this.caller(`someone-${randomUUID()}`, { permissions });
  }

  /** The rows of a query of one JSON value each. */
  readonly rows = (sql: string): unknown[] =>
    queryDatabase(this.host, sql)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
}

/** A host of each stack. What is asked of them must have the same answer. */
export class Pair {
  #hosts: readonly TypedHost[] = [];

  async start(): Promise<void> {
    this.#hosts = await Promise.all([TypedHost.start('fastify'), TypedHost.start('fastapi')]);
  }

  /** What both hosts give, which must be the same. */
  async both<T>(ask: (host: TypedHost) => Promise<T> | T): Promise<T> {
    const [fastify, fastapi] = (await Promise.all(this.#hosts.map(ask))) as [T, T];
    expect({ fastapi }).toEqual({ fastapi: fastify });
    return fastify;
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map(({ host }) => host.dispose()));
  }
}
