import { isKeyword, uniqueName } from '../text/names.ts';
import { type EndpointEntry, endpointPattern, type Manifest, type methods, parametersIn } from './schema.ts';

export type Method = (typeof methods)[number];
export type EndpointRole = 'process' | 'status' | 'list' | 'cancel' | 'retry' | 'result' | 'stats';
export type PermissionRole = 'create' | 'read' | 'delete' | 'admin';

/** A parsed path of an endpoint. `role` is null for an endpoint that is not a standard one. */
export interface Endpoint {
  readonly method: Method;
  /** Relative to the prefix of the module, with parameters in braces: `/status/{job_id}`. */
  readonly path: string;
  readonly parameters: readonly string[];
  readonly role: EndpointRole | null;
  readonly permission: PermissionRole;
  /** Endpoints with the same shape are the same route. */
  readonly shape: string;
}

/** An entry of `endpoints`. */
export interface ManifestEndpoint extends Endpoint {
  /** The entry in its long form. */
  readonly given: EndpointEntry;
  /** Name of the handler: the role, or snake_case, unique in the module. */
  readonly handler: string;
}

interface Standard {
  readonly method: Method;
  readonly takesJob: boolean;
  readonly permission: PermissionRole;
}

const standard: Readonly<Record<EndpointRole, Standard>> = {
  process: { method: 'POST', takesJob: false, permission: 'create' },
  status: { method: 'GET', takesJob: true, permission: 'read' },
  list: { method: 'GET', takesJob: false, permission: 'read' },
  cancel: { method: 'POST', takesJob: true, permission: 'delete' },
  retry: { method: 'POST', takesJob: true, permission: 'create' },
  result: { method: 'GET', takesJob: true, permission: 'read' },
  stats: { method: 'GET', takesJob: false, permission: 'admin' },
};

export const standardEndpoints: readonly string[] = [
  'POST /process',
  'GET /status/{job_id}',
  'GET /list',
  'POST /cancel/{job_id}',
  'POST /retry/{job_id}',
  'GET /result/{job_id}',
  'GET /admin/stats',
];

const permissionOfMethod: Readonly<Record<Method, PermissionRole>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'create',
  PATCH: 'create',
  DELETE: 'delete',
};

/** The list that was read last: many rules need the endpoints of the same manifest, one after the other. */
let last: { readonly entries: Manifest['endpoints']; readonly endpoints: readonly ManifestEndpoint[] } | undefined;

/** The endpoints of a manifest, in its order. Only the first endpoint that matches a standard role has that role. */
export function endpointsOf({ endpoints: entries }: Pick<Manifest, 'endpoints'>): readonly ManifestEndpoint[] {
  if (last?.entries !== entries) last = { entries, endpoints: readEndpoints(entries) };
  return last.endpoints;
}

function readEndpoints(entries: Manifest['endpoints']): readonly ManifestEndpoint[] {
  const taken = new Set<EndpointRole>();
  const used = new Set<string>(Object.keys(standard));
  return entries.map((entry) => {
    const given = typeof entry === 'string' ? { endpoint: entry } : entry;
    const endpoint = readEndpoint(given.endpoint);
    const { role } = endpoint;
    const isStandard = role !== null && !taken.has(role);
    if (isStandard) taken.add(role);
    const handler = isStandard ? role : uniqueName(handlerName(endpoint), used);
    // The spread is last: before other keys it is slow, and this runs for each endpoint of each manifest.
    if (isStandard || role === null) return { given, handler, ...endpoint };
    return { given, handler, ...endpoint, role: null, permission: permissionOfMethod[endpoint.method] };
  });
}

/** `POST /reindex` → `reindex`; `GET /documents/{document_id}` → `get_documents_by_document_id`. */
function handlerName(endpoint: { method: string; path: string; parameters: readonly string[] }): string {
  const words = endpoint.path
    .split('/')
    .filter((segment) => segment !== '' && !segment.startsWith('{'))
    .map((segment) => segment.toLowerCase().replace(/[^a-z0-9]+/g, '_'));
  const base = words.join('_').replace(/^_+|_+$/g, '') || 'root';
  const full = endpoint.parameters.length === 0 ? base : `${base}_by_${endpoint.parameters.join('_and_')}`;
  const needsVerb = endpoint.method !== 'POST' || isKeyword(full) || !/^[a-z]/.test(full);
  return needsVerb ? `${endpoint.method.toLowerCase()}_${full}` : full;
}

/** The permission that callers need: by default that of its role or method in the namespace of the module. */
export function permissionOf({ given, permission }: ManifestEndpoint, namespace: string): string {
  return given.permission ?? `${namespace}:${permission}`;
}

/** `entry` must be valid. A path without a method gets the method of its role, or POST. */
export function readEndpoint(entry: string): Endpoint {
  const match = endpointPattern.exec(entry);
  const path = match?.[2] ?? '/';
  const parameters = parametersIn(path);
  const role = roleOf(path, parameters, match?.[1] as Method | undefined);
  const method = (match?.[1] as Method | undefined) ?? (role === null ? 'POST' : standard[role].method);
  return {
    method,
    path,
    parameters,
    role,
    permission: role === null ? permissionOfMethod[method] : standard[role].permission,
    shape: shapeOf({ method, path }),
  };
}

function roleOf(path: string, parameters: readonly string[], method: Method | undefined): EndpointRole | null {
  const word = path
    .split('/')
    .filter((segment) => segment !== '' && !segment.startsWith('{'))
    .at(-1);
  if (word === undefined || !Object.hasOwn(standard, word)) return null;
  const role = word as EndpointRole;
  const fits = standard[role].takesJob
    ? parameters.length === 1 && path.endsWith('/{job_id}')
    : parameters.length === 0;
  return fits && (method === undefined || method === standard[role].method) ? role : null;
}

/** `METHOD /path` without parameter names: endpoints with the same shape are the same route. */
export function shapeOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path.includes('{') ? path.replace(/\{[^}]*\}/g, '{}') : path}`;
}
