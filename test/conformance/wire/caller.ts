import { expect } from 'vitest';
import type { Host, ModuleFacts } from '../host/host.ts';
import type { AnswerKinds } from './answer-kinds.ts';
import { type Answer, type ApiRequest, send } from './send.ts';
import { inOneHour, signToken } from './token.ts';

export interface Rights {
  readonly permissions?: readonly string[];
  readonly admin?: boolean;
}

/** All answers of the run, searched for planted secrets at its end. */
export interface Traffic {
  readonly answers: string[];
  readonly kinds: AnswerKinds;
  /** Every job accepted with 202. */
  /** A host may return 500 during outages. */
  outages: boolean;
  readonly accepted: Array<{ readonly path: string; readonly id: string }>;
}

export const under = (module: ModuleFacts, path = ''): string => `/api/v1/modules/${module.name}${path}`;

export const may = (module: ModuleFacts, ...verbs: readonly string[]): readonly string[] =>
  verbs.map((verb) => `${module.namespace}:${verb}`);

/** A client of a host, with its own token or a given header. */
export class Caller {
  readonly sub: string;
  readonly #host: Host;
  readonly #traffic: Traffic;
  readonly #authorization: string | undefined;

  constructor(host: Host, traffic: Traffic, sub: string, authorization: string | undefined) {
    this.sub = sub;
    this.#host = host;
    this.#traffic = traffic;
    this.#authorization = authorization;
  }

  static withToken(host: Host, traffic: Traffic, sub: string, { permissions = [], admin = false }: Rights): Caller {
    const token = signToken(host.secret, { sub, permissions, admin, exp: inOneHour() });
    return new Caller(host, traffic, sub, `Bearer ${token}`);
  }

  async send(request: ApiRequest): Promise<Answer> {
    const authorization = this.#authorization === undefined ? {} : { authorization: this.#authorization };
    const answer = await send(this.#host.baseUrl, { ...request, headers: { ...authorization, ...request.headers } });
    this.#traffic.answers.push(`${request.method} ${request.path} ${JSON.stringify(answer.headers)} ${answer.text}`);
    this.#traffic.kinds.take(request, answer);
    const { job_id } = (answer.json ?? {}) as { job_id?: string };
    if (answer.status === 202 && job_id !== undefined) this.#traffic.accepted.push({ path: request.path, id: job_id });
    const about = `${request.method} ${request.path}: ${answer.text.slice(0, 300)}`;
    if (!this.#traffic.outages) expect(answer.status, about).not.toBe(500);
    return answer;
  }

  get(path: string): Promise<Answer> {
    return this.send({ method: 'GET', path });
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return body === undefined ? this.send({ method: 'POST', path }) : this.raw(path, JSON.stringify(body));
  }

  /** A POST of exactly these bytes, with a JSON content type. */
  raw(path: string, body: string | Buffer): Promise<Answer> {
    return this.send({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body });
  }
}
