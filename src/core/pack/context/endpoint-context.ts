import { type EndpointRole, endpointsOf, type PermissionRole } from '../../manifest/endpoints.ts';
import { lifecycleEvents, splitName } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { isKeyword, uniqueName } from '../../text/names.ts';

/** An endpoint as a template wants it. Names are snake_case; the case helpers turn them. */
export interface EndpointContext {
  /** As the manifest has it. */
  readonly entry: string;
  /** `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. */
  readonly method: string;
  /** Below the module's prefix: `/documents/{document_id}`. */
  readonly path: string;
  /** The same with colons: `/documents/:document_id`. */
  readonly colonPath: string;
  /** The path up to its first parameter: `/documents/`. */
  readonly pathStart: string;
  /** The path with a value in each place: `/documents/sample`. */
  readonly samplePath: string;
  /** Names of the path's parameters. */
  readonly parameters: readonly string[];
  /** Names for what else its function takes, none of them a parameter's: `query`, or `query_`. */
  readonly argument: Readonly<Record<OwnArgument, string>>;
  /** Whether requests have a body: POST, PUT and PATCH. */
  readonly hasBody: boolean;
  /** `process`, `status`, `list`, `cancel`, `result` or `stats`; null for an endpoint beyond the standard six. */
  readonly role: EndpointRole | null;
  /** The permission that callers need, with its namespace. */
  readonly permission: string;
  /** The last word of that permission. */
  readonly permissionRole: PermissionRole;
  /** Name of the route's function: snake_case, unique in the module. */
  readonly handler: string;
}

type OwnArgument = 'body' | 'query' | 'service';

export const endpointRoles: readonly EndpointRole[] = ['process', 'status', 'list', 'cancel', 'result', 'stats'];

export function endpointContexts(manifest: Manifest, namespace: string): EndpointContext[] {
  const used = new Set<string>(endpointRoles);
  // What is spread goes last: an object that grows after it takes a hundred times as long to make.
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

/** An event as a template wants it. */
export interface EventContext {
  /** As the manifest has it: `document_search.index_refreshed`. */
  readonly name: string;
  /** What stands before the dot. */
  readonly namespace: string;
  /** Name of its function: snake_case, unique; with the namespace in front where that is not the module's own. */
  readonly handler: string;
}

/** `own` is the namespace whose events go by their verb alone. */
export function eventContexts(events: readonly string[], own: string): EventContext[] {
  const used = new Set<string>(own === '' ? lifecycleEvents : []);
  return events.map((name) => {
    const [namespace, verb] = splitName(name);
    const isOwn = namespace === own && !isKeyword(verb);
    return { name, namespace, handler: uniqueName(isOwn ? verb : `${namespace}_${verb}`, used) };
  });
}

/** A permission as a template wants it. */
export interface PermissionContext {
  /** As the manifest has it: `document_search:create`. */
  readonly name: string;
  /** snake_case, unique: its verb, with the namespace in front where that is not the module's own. */
  readonly key: string;
}

/** `own` is the namespace whose permissions go by their verb alone; `delete` is a fine key of an object. */
export function permissionContexts(permissions: readonly string[], own: string): PermissionContext[] {
  const used = new Set<string>();
  return permissions.map((name) => {
    const [namespace, verb] = splitName(name);
    const isOwn = namespace === own && (verb === 'delete' || !isKeyword(verb));
    return { name, key: uniqueName(isOwn ? verb : `${namespace}_${verb}`, used) };
  });
}
