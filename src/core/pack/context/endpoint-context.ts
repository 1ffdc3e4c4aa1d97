import type { Contract, ContractRoot } from '../../manifest/contract.ts';
import { type EndpointRole, endpointsOf, type PermissionRole, permissionOf } from '../../manifest/endpoints.ts';
import type { ManifestEvent } from '../../manifest/events.ts';
import { splitName } from '../../manifest/namespace.ts';
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
  /** `process`, `status`, `list`, `cancel`, `retry`, `result` or `stats`; null for an extra endpoint. */
  readonly role: EndpointRole | null;
  /** The required permission, with its namespace: from its long form, or by its role or method. */
  readonly permission: string;
  /** The last word of the permission by its role or method. */
  readonly permissionRole: PermissionRole;
  /** What it does, in one line, from its long form; null if it has none. */
  readonly summary: string | null;
  /** Name of the type of its body or query in `schemas`: `PreviewInput`; null if it has none. */
  readonly input: string | null;
  /** Name of the value in `schemas` that fits its input, in snake_case: `preview_sample`. */
  readonly inputSample: string | null;
  /** Name of the type of its answer in `schemas`: `PreviewOutput`; null if it has none. */
  readonly output: string | null;
  /** Name of the value in `schemas` that fits its output, in snake_case: `preview_sample_output`. */
  readonly outputSample: string | null;
  /** Whether it has an input or an output. */
  readonly isTyped: boolean;
  /** Name of the handler: snake_case, unique in the module. */
  readonly handler: string;
  /** Name of the method of the service that answers: the handler, or another name if services have that one already. */
  readonly serviceMethod: string;
}

/** Names that the service of every module has. */
const takenByServices: ReadonlySet<string> = new Set(
  (
    'constructor config context log manifest schemas events results provider lifecycle run work process process_now ' +
    'start_processing start_from_event get_job list_jobs cancel_job retry_job get_result get_stats get_metrics erase_user ' +
    'delete_jobs_of delete_old_jobs cleanup_old_jobs run_job run_claimed requeue_stale initialize shutdown on_completed ' +
    'on_user_erased ' +
    // In Python only.
    'store settings spec open close check_provider run_checked request_model has_completed_hook cancel get_job_for stats ' +
    'config_class input_type options_type output_type'
  ).split(' '),
);

type OwnArgument = 'body' | 'query' | 'service';

export const endpointRoles: readonly EndpointRole[] = [
  'process',
  'status',
  'list',
  'cancel',
  'retry',
  'result',
  'stats',
];

export function endpointContexts(manifest: Manifest, namespace: string, contract: Contract): EndpointContext[] {
  return endpointsOf(manifest).map((endpoint, index) => {
    const { given, permission, ...parsed } = endpoint;
    const input = contract.rootAt(['endpoints', index, 'input']);
    const output = contract.rootAt(['endpoints', index, 'output']);
    // The spread is last, because adding properties after it is a hundred times slower.
    return {
      entry: given.endpoint,
      argument: argumentNames(endpoint.parameters),
      colonPath: endpoint.path.replace(/\{([^}]*)\}/g, ':$1'),
      pathStart: endpoint.path.replace(/\{.*$/, ''),
      samplePath: endpoint.path.replace(/\{[^}]*\}/g, 'sample'),
      hasBody: endpoint.method === 'POST' || endpoint.method === 'PUT' || endpoint.method === 'PATCH',
      permission: permissionOf(endpoint, namespace),
      permissionRole: permission,
      summary: given.summary ?? null,
      input: input?.name ?? null,
      inputSample: input?.sample ?? null,
      output: output?.name ?? null,
      outputSample: output?.sample ?? null,
      isTyped: input !== undefined || output !== undefined,
      serviceMethod: takenByServices.has(endpoint.handler) ? `${endpoint.handler}_endpoint` : endpoint.handler,
      ...parsed,
    };
  });
}

function argumentNames(parameters: readonly string[]): Record<OwnArgument, string> {
  const free = (name: string): string => (parameters.includes(name) ? free(`${name}_`) : name);
  return { body: free('body'), query: free('query'), service: free('service') };
}

/** An event for templates. */
export interface EventContext {
  /** The name in the manifest: `document_search.index_refreshed`. */
  readonly name: string;
  /** The part before the first dot. */
  readonly namespace: string;
  /** Name of the handler: snake_case, unique, with the namespace as a prefix if it is not the module's own. */
  readonly handler: string;
  /** Name of the type of its data in `schemas`: `IndexRefreshed`; null if it has none. */
  readonly payload: string | null;
  /** Name of the value in `schemas` that fits the payload, in snake_case: `index_refreshed_sample`. */
  readonly payloadSample: string | null;
  /** Whether a job can start with the data of the event: false if its payload does not fit the input or is not declared. */
  readonly fitsInput: boolean;
}

/** Handlers of events in the namespace `own` are named by the verb alone. */
export function eventContexts(
  events: readonly ManifestEvent[],
  rootOf: (index: number) => ContractRoot | undefined,
  fitsInput: (payload: ContractRoot | undefined) => boolean,
): EventContext[] {
  return events.map(({ event, namespace, handler }, index) => {
    const root = rootOf(index);
    const [payload, payloadSample] = [root?.name ?? null, root?.sample ?? null];
    return {
      name: event,
      namespace,
      handler,
      payload,
      payloadSample,
      fitsInput: fitsInput(root),
    };
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
