import { expect } from 'vitest';
import type { Environment } from '../conformance/host/host.ts';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import type { Application, UserName } from './application.ts';

export interface GuestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** Calls modules below `/ai` as users of the application, who log in once. */
export class GuestClient {
  readonly #baseUrl: string;
  readonly #application: Application;
  readonly #logins = new Map<UserName, Promise<Environment>>();

  constructor(baseUrl: string, application: Application) {
    this.#baseUrl = baseUrl;
    this.#application = application;
  }

  get(path: string, user?: UserName, headers: Environment = {}): Promise<GuestAnswer> {
    return this.#send('GET', path, user, headers);
  }

  post(path: string, user: UserName, body: unknown): Promise<GuestAnswer> {
    // Browsers send the origin, which requests with a session cookie need.
    const headers = { 'content-type': 'application/json', origin: this.#baseUrl };
    return this.#send('POST', path, user, headers, JSON.stringify(body));
  }

  /** Runs a job to its end, and returns the address of its status. */
  async complete(module: string, user: UserName): Promise<string> {
    const path = `/ai/api/v1/modules/${module}/process`;
    const started = await this.post(path, user, { input_data: { text: 'Three reams of paper.' } });
    expect([started.status, started.text]).toEqual([202, expect.stringContaining('job_id')]);
    const status = started.headers.get('location') ?? '';
    expect(status).toMatch(/^\/ai\/api\/v1\/modules\//);
    const job = await waitUntil(
      `the end of ${status}`,
      async () => {
        const { json } = await this.get(status, user);
        const { status: state } = json as { status?: string };
        return state !== undefined && state !== 'pending' && state !== 'processing' && (json as { status: string });
      },
      120,
    );
    expect(job).toMatchObject({ status: 'completed' });
    return status;
  }

  /** Sends a request until the process that answers it has started the guest. */
  async #send(method: string, path: string, user: UserName | undefined, headers: Environment, body?: string) {
    const login = user === undefined ? {} : await this.#login(user);
    let last = '';
    return waitUntil(
      `an answer of the guest to ${method} ${path}`,
      async () => {
        const response = await fetch(`${this.#baseUrl}${path}`, {
          method,
          headers: { ...headers, ...login },
          ...(body === undefined ? {} : { body }),
        });
        const text = await response.text();
        last = `${response.status} ${text}`;
        if (response.status === 503) return undefined;
        const isJson = response.headers.get('content-type')?.includes('json') === true;
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        return { status: response.status, headers: response.headers, text, json };
      },
      120,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${last}`, { cause: error });
    });
  }

  #login(user: UserName): Promise<Environment> {
    const login = this.#logins.get(user) ?? this.#application.logIn(this.#baseUrl, user);
    this.#logins.set(user, login);
    return login;
  }
}
