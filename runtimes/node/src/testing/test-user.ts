import type { FastifyInstance, InjectOptions } from 'fastify';
import type { User } from '../ports.ts';

/** The answer to a request, with its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The body as JSON; `undefined` when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  readonly body: any;
}

/** A user who calls the endpoints of a module, without a network. */
export class TestUser implements User {
  readonly id: string;
  readonly permissions: readonly string[];
  readonly isAdmin: boolean;
  readonly #app: FastifyInstance;
  readonly #prefix: string;
  readonly #token: string | undefined;

  constructor(app: FastifyInstance, prefix: string, { id, permissions, isAdmin }: User, token?: string) {
    this.#app = app;
    this.#prefix = prefix;
    this.id = id;
    this.permissions = permissions;
    this.isAdmin = isAdmin;
    this.#token = token;
  }

  get(path: string, query?: object): Promise<Answer> {
    return this.call('GET', path, query);
  }

  post(path: string, body?: object): Promise<Answer> {
    return this.call('POST', path, body);
  }

  /** `path` is the module's own, such as `/list?limit=1`. `input` is the body, or the query of GET and DELETE. */
  async call(method: string, path: string, input?: object): Promise<Answer> {
    const isQuery = method === 'GET' || method === 'DELETE';
    const answer = await this.#app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: `${this.#prefix}${path}`,
      headers: this.#token ? { authorization: `Bearer ${this.#token}` } : {},
      ...(input && (isQuery ? { query: textsOf(input) } : { payload: input })),
    });
    const text = answer.body;
    return { status: answer.statusCode, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
  }
}

function textsOf(query: object): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}
