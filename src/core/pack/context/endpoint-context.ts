import { type EndpointRole, endpointsOf, type PermissionRole } from '../../manifest/endpoints.ts';
import { lifecycleEvents, splitName } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { isKeyword, uniqueName } from '../../text/names.ts';

/** An endpoint for templates. Names are snake_case; case helpers convert them. */
export interface EndpointContext {
  /** The entry in the manifest. */
  readonly entry: string;
  /** `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. */
  readonly method: string;
  /** The path below the module's prefix: `/documents/{document_id}`. */
  readonly path: string;
  /** The path with colons: `/documents/:document_id`. */
  readonly colonPath: string;
  /** The path up to its first parameter: `/documents/`. */
  readonly pathStart: string;
  /** The path with a value for each parameter: `/documents/sample`. */
  readonly samplePath: string;
  /** Names of the path parameters. */
  readonly parameters: readonly string[];
  /** Names of the handler's other arguments, distinct from path parameters: `query`, or `query_`. */
  readonly argument: Readonly<Record<OwnArgument, string>>;
  /** Whether requests have a body: POST, PUT and PATCH. */
  readonly hasBody: boolean;
  /** `process`, `status`, `list`, `cancel`, `result` or `stats`; null for an extra endpoint. */
  readonly role: EndpointRole | null;
  /** The required permission, with its namespace. */
  readonly permission: string;
  /** The last word of that permission. */
  readonly permissionRole: PermissionRole;
  /** Name of the handler: snake_case, unique in the module. */
  readonly handler: string;
}

type OwnArgument = 'body' | 'query' | 'service';

export const endpointRoles: readonly EndpointRole[] = ['process', 'status', 'list', 'cancel', 'result', 'stats'];

export function endpointContexts(manifest: Manifest, namespace: string): EndpointContext[] {
  const used = new Set<string>(endpointRoles);
  // The spread is last, because adding properties after it is a hundred times slower.
  return endpointsOf(manifest).map(({ permission, ...endpoint }, index) => ({
    entry: manifest.endpoints[index] as string,
    argument: argumentNames(endpoint.parameters),
    colonPath: endpoint.path.replace(/\{([^}]*)\}/g, ':$1'),
    pathStart: endpoint.path.replace(/\{.*$/, ''),
    samplePath: endpoint.path.replace(/\{[^}]*\}/g, 'sample'),
    hasBody: endpoint.method === 'POST' || endpoint.method === 'PUT' || endpoint.method === 'PATCH',
    permission: `${namespace}:${permission}`,
    permissionRole: permission,
    handler: endpoint.role ?? uniqueName(handlerName(endpoint), used),
    ...endpoint,
  }));
}

function argumentNames(parameters: readonly string[]): Record<OwnArgument, string> {
  const free = (name: string): string => (parameters.includes(name) ? free(`${name}_`) : name);
  return { body: free('body'), query: free('query'), service: free('service') };
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

/** An event for templates. */
export interface EventContext {
  /** The name in the manifest: `document_search.index_refreshed`. */
  readonly name: string;
  /** The part before the dot. */
  readonly namespace: string;
  /** Name of the handler: snake_case, unique, with the namespace as a prefix if it is not the module's own. */
  readonly handler: string;
}

/** Handlers of events in the namespace `own` are named by the verb alone. */
export function eventContexts(events: readonly string[], own: string): EventContext[] {
  const used = new Set<string>(own === '' ? lifecycleEvents : []);
  return events.map((name) => {
    const [namespace, verb] = splitName(name);
    const isOwn = namespace === own && !isKeyword(verb);
    return { name, namespace, handler: uniqueName(isOwn ? verb : `${namespace}_${verb}`, used) };
  });
}

/** A permission for templates. */
export interface PermissionContext {
  /** The name in the manifest: `document_search:create`. */
  readonly name: string;
  /** The verb in snake_case, unique, with the namespace as a prefix if it is not the module's own. */
  readonly key: string;
}

/** Keys of permissions in the namespace `own` are the verb alone. `delete` is a valid key, although a keyword. */
export function permissionContexts(permissions: readonly string[], own: string): PermissionContext[] {
  const used = new Set<string>();
  return permissions.map((name) => {
    const [namespace, verb] = splitName(name);
    const isOwn = namespace === own && (verb === 'delete' || !isKeyword(verb));
    return { name, key: uniqueName(isOwn ? verb : `${namespace}_${verb}`, used) };
  });
}
