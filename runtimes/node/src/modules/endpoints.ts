import { lifecycleSteps } from '../jobs/lifecycle.ts';
import type { EndpointEntry, Manifest } from './manifest.ts';

export type EndpointRole = 'process' | 'status' | 'list' | 'cancel' | 'retry' | 'result' | 'stats';

/** An endpoint of a module, as its manifest declares it. */
export interface Endpoint extends EndpointEntry {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the prefix of the module, with parameters in braces: `/status/{job_id}`. */
  readonly path: string;
  /** Names of the path parameters. */
  readonly parameters: readonly string[];
  /** null: an endpoint that is not a standard one. */
  readonly role: EndpointRole | null;
  /** The permission that it asks for, with its namespace. */
  readonly permission: string;
  /** Unique in the module; operation ids in the OpenAPI document end with it. */
  readonly handler: string;
}

type Standard = readonly [method: Endpoint['method'], takesJob: boolean, permission: string];

const STANDARD: Readonly<Record<EndpointRole, Standard>> = {
  process: ['POST', false, 'create'],
  status: ['GET', true, 'read'],
  list: ['GET', false, 'read'],
  cancel: ['POST', true, 'delete'],
  retry: ['POST', true, 'create'],
  result: ['GET', true, 'read'],
  stats: ['GET', false, 'admin'],
};
const PERMISSIONS = { GET: 'read', POST: 'create', PUT: 'create', PATCH: 'create', DELETE: 'delete' } as const;

/** The endpoints of a module, in the order of its manifest. Only the first endpoint that fits a role has it. */
export function readEndpoints(manifest: Manifest): Endpoint[] {
  const namespace = namespaceOf(manifest);
  const roles = new Set<EndpointRole>();
  const handlers = new Set<string>(Object.keys(STANDARD));
  return manifest.endpoint_entries.map((entry) => {
    const { method: given, path } = splitEndpoint(entry.endpoint);
    const parameters = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
    const found = roleOf(path, parameters, given);
    const role = found !== null && !roles.has(found) ? found : null;
    if (role !== null) roles.add(role);
    const method = given ?? (found === null ? 'POST' : STANDARD[found][0]);
    const verb = role === null ? PERMISSIONS[method] : STANDARD[role][2];
    const handler = role ?? uniqueName(handlerName(method, path, parameters), handlers);
    return {
      ...entry,
      method,
      path,
      parameters,
      role,
      permission: entry.permission ?? `${namespace}:${verb}`,
      handler,
    };
  });
}

/** The endpoints as `METHOD /path`, sorted. */
export function endpointsOf(manifest: Manifest): string[] {
  return readEndpoints(manifest).map(nameOf).sort();
}

/** `METHOD /path`. */
export function nameOf({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** Whether requests have a body. */
export function hasBody({ method }: Pick<Endpoint, 'method'>): boolean {
  return method !== 'GET' && method !== 'DELETE';
}

/**
 * The prefix of the module's permissions and events: usually its name, otherwise the prefix of most standard ones. If two
 * prefixes are equally frequent, the name of the module wins, then the first one.
 */
export function namespaceOf(manifest: Pick<Manifest, 'name' | 'permissions_required' | 'events_emitted'>): string {
  const names = [...manifest.permissions_required, ...manifest.events_emitted].map((name) => name.split(/[:.]/));
  if (names.every(([namespace]) => namespace === manifest.name)) return manifest.name;
  const counts = new Map<string, number>();
  for (const [namespace = '', verb = ''] of names)
    if (STANDARD_VERBS.has(verb)) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const first = [...counts.keys()].filter((namespace) => counts.get(namespace) === most);
  return first.includes(manifest.name) ? manifest.name : (first[0] ?? manifest.name);
}

const STANDARD_VERBS: ReadonlySet<string> = new Set([...lifecycleSteps, 'create', 'read', 'delete', 'admin']);

function splitEndpoint(endpoint: string): { method: Endpoint['method'] | undefined; path: string } {
  const [method, path] = endpoint.startsWith('/') ? [undefined, endpoint] : endpoint.split(' ');
  return { method: method as Endpoint['method'] | undefined, path: path ?? '/' };
}

function roleOf(path: string, parameters: readonly string[], method: string | undefined): EndpointRole | null {
  const word = path.split('/').findLast((segment) => segment !== '' && !segment.startsWith('{'));
  if (word === undefined || !Object.hasOwn(STANDARD, word)) return null;
  const [ownMethod, takesJob] = STANDARD[word as EndpointRole];
  const fits = takesJob ? parameters.length === 1 && path.endsWith('/{job_id}') : parameters.length === 0;
  return fits && (method === undefined || method === ownMethod) ? (word as EndpointRole) : null;
}

/** `POST /reindex` → `reindex`; `GET /documents/{document_id}` → `get_documents_by_document_id`. */
function handlerName(method: string, path: string, parameters: readonly string[]): string {
  const words = path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'));
  const joined = words.map((word) => word.toLowerCase().replace(/[^a-z0-9]+/g, '_')).join('_');
  const base = joined.replace(/^_+|_+$/g, '') || 'root';
  const full = parameters.length === 0 ? base : `${base}_by_${parameters.join('_and_')}`;
  return method === 'POST' ? full : `${method.toLowerCase()}_${full}`;
}

function uniqueName(wanted: string, used: Set<string>): string {
  let name = wanted;
  for (let number = 2; used.has(name); number += 1) name = `${wanted}_${number}`;
  used.add(name);
  return name;
}
