import { randomUUID } from 'node:crypto';
import type { ModuleFacts } from '../host/host.ts';
import { type Caller, under } from '../wire/caller.ts';
import type { Answer, ApiRequest } from '../wire/send.ts';

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** May contain `{job_id}`. */
  readonly path: string;
  readonly verb: 'create' | 'read' | 'delete' | 'admin';
}

export const verbs = ['create', 'read', 'delete', 'admin'] as const;

/** The standard endpoints. */
export const endpoints = {
  process: { method: 'POST', path: '/process', verb: 'create' },
  status: { method: 'GET', path: '/status/{job_id}', verb: 'read' },
  list: { method: 'GET', path: '/list', verb: 'read' },
  cancel: { method: 'POST', path: '/cancel/{job_id}', verb: 'delete' },
  retry: { method: 'POST', path: '/retry/{job_id}', verb: 'create' },
  result: { method: 'GET', path: '/result/{job_id}', verb: 'read' },
  stats: { method: 'GET', path: '/admin/stats', verb: 'admin' },
} as const satisfies Record<string, Endpoint>;

export const everyEndpoint: ReadonlyArray<readonly [name: string, endpoint: Endpoint]> = Object.entries(endpoints);
export const endpointsOfOneJob = everyEndpoint.filter(([, { path }]) => path.includes('{job_id}'));

export const validBody = { input_data: { test: 'data' } };

/** A valid request: it fails only because of the caller's permissions or the job. */
export function ask(
  caller: Caller,
  module: ModuleFacts,
  endpoint: Endpoint,
  job: string = randomUUID(),
): Promise<Answer> {
  const path = under(module, endpoint.path.replace('{job_id}', job));
  return endpoint === endpoints.process ? caller.post(path, validBody) : caller.send({ method: endpoint.method, path });
}

/** An invalid request to the same endpoint: a bad body, path or query. Undefined if none is possible. */
export function invalidRequest(module: ModuleFacts, endpoint: Endpoint): ApiRequest | undefined {
  const path = under(module, endpoint.path.replace('{job_id}', 'not-a-uuid'));
  if (endpoint === endpoints.stats) return undefined;
  if (endpoint === endpoints.list) return { method: 'GET', path: `${path}?limit=0` };
  if (endpoint !== endpoints.process) return { method: endpoint.method, path };
  return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: '{}' };
}
