import * as z from 'zod';
import type { JsonObject } from '../engine/store.ts';
import { JOB_STATUSES } from '../engine/store.ts';
import { JobView, StatsView } from '../jobs/schemas.ts';
import { type Endpoint, hasBody } from '../modules/endpoints.ts';
import type { Manifest } from '../modules/manifest.ts';
import { jsonSchemaOf, resolveType, type TypeSchema } from '../modules/type-schema.ts';

/** An operation of the OpenAPI document, and the components that it refers to. */
export interface Operation {
  readonly operation: JsonObject;
  readonly components: JsonObject;
}

/** A route that brings its operation with it. */
declare module 'fastify' {
  interface FastifyContextConfig {
    /** Part of the OpenAPI document; by default it is made from the schema of the route. */
    openapi?: Operation;
  }
}

const PREFIX = '#/components/schemas/';
const ERRORS: Readonly<Record<number, string>> = {
  401: 'No valid token',
  403: 'Not allowed',
  404: 'Not found',
  409: 'The state does not allow it',
  422: 'The request is invalid',
  429: 'Too many active jobs',
  502: 'The work failed',
  503: 'Unavailable; try again later',
  504: 'The work took too long',
};
const SUMMARIES: Readonly<Record<string, string>> = {
  process: 'Start a job',
  status: 'Look at a job',
  list: 'List your jobs, newest first',
  cancel: 'Cancel a job',
  retry: 'Start a failed or cancelled job again',
  result: 'Fetch the result of a job',
  stats: 'Count all jobs of the module',
};

const SKIP = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 };
const LIMIT = { type: 'integer', minimum: 1, maximum: 100, default: 20 };

/** The operation of an endpoint of a module, made from its manifest. */
export function operationOf(manifest: Manifest, endpoint: Endpoint): Operation {
  return new OperationWriter(manifest).write(endpoint);
}

class OperationWriter {
  readonly #manifest: Manifest;
  readonly #stem: string;
  readonly #components: Record<string, unknown> = {};

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
    this.#stem = manifest.class_name.replace(/(?<=.)Module$/, '');
  }

  write(endpoint: Endpoint): Operation {
    const { name } = this.#manifest;
    const operation = {
      tags: [name],
      summary: endpoint.summary ?? SUMMARIES[endpoint.role ?? ''] ?? summaryOf(endpoint),
      operationId: `${name}_${endpoint.handler}`,
      security: [{ bearer: [] }],
      ...this.#bodyOf(endpoint),
      ...this.#parametersOf(endpoint),
      responses: { ...this.#successOf(endpoint), ...errors(...this.#errorsOf(endpoint)) },
    };
    return { operation, components: this.#components };
  }

  #bodyOf(endpoint: Endpoint): JsonObject {
    const { role, input, output } = endpoint;
    if (!hasBody(endpoint) || role === 'cancel' || role === 'retry') return {};
    if (role === null && input) return body(this.#typeRef(input, this.#endpointType(endpoint, 'Input')));
    if (role === null && output) return {};
    return body(this.#processRequest());
  }

  #parametersOf(endpoint: Endpoint): JsonObject {
    const { role, input, parameters: names } = endpoint;
    const schema = role === null ? { type: 'string' } : { type: 'string', format: 'uuid' };
    const parameters: JsonObject[] = names.map((name) => ({ name, in: 'path', required: true, schema }));
    if (role === 'list')
      parameters.push(
        { name: 'skip', in: 'query', required: false, schema: SKIP },
        { name: 'limit', in: 'query', required: false, schema: LIMIT },
        { name: 'status', in: 'query', required: false, schema: { type: 'string', enum: [...JOB_STATUSES] } },
      );
    if (role === null && input && !hasBody(endpoint)) parameters.push(...this.#query(input));
    return parameters.length > 0 ? { parameters } : {};
  }

  #query(input: TypeSchema): JsonObject[] {
    const { types } = this.#manifest;
    const { properties = {}, required = [] } = resolveType(input, types);
    return Object.entries(properties).map(([name, property]) => {
      const { description, ...schema } = jsonSchemaOf(resolveType(property, types), types, (to) => `${PREFIX}${to}`);
      const about = description === undefined ? {} : { description };
      return { name, in: 'query', required: required.includes(name), ...about, schema };
    });
  }

  #successOf(endpoint: Endpoint): JsonObject {
    const { role, input, output } = endpoint;
    switch (role) {
      case 'process':
      case 'retry': {
        const headers = { Location: { description: 'The address of its status', schema: { type: 'string' } } };
        return { 202: { description: 'The job', headers, ...content(this.#job()) } };
      }
      case 'status':
        return { 200: { description: 'The job', ...content(this.#job()) } };
      case 'list':
        return { 200: { description: 'A page of jobs', ...content(this.#jobList()) } };
      case 'cancel':
        return { 204: { description: 'The job is cancelled' } };
      case 'result':
        return { 200: { description: 'The result', ...content(this.#result()) } };
      case 'stats':
        return { 200: { description: 'Counts by status', ...content(this.#component('Stats', viewOf(StatsView))) } };
      default: {
        if (output) {
          const ref = this.#typeRef(output, this.#endpointType(endpoint, 'Output'));
          return { 200: { description: 'The answer', ...content(ref) } };
        }
        if (!input) return { 200: { description: 'The result', ...content(this.#result()) } };
        return { 200: { description: 'The answer', ...content({}) }, 204: { description: 'There is no answer' } };
      }
    }
  }

  #errorsOf({ role, input, output }: Endpoint): number[] {
    switch (role) {
      case 'process':
        return [429];
      case 'status':
        return [404];
      case 'cancel':
      case 'result':
        return [404, 409];
      case 'retry':
        return [404, 409, 429];
      case null:
        return input || output ? [404, 409, 502, 504] : [502, 504];
      default:
        return [];
    }
  }

  #processRequest(): JsonObject {
    const { input, options } = this.#manifest;
    const any = { type: 'object', additionalProperties: true };
    return this.#component('ProcessRequest', {
      type: 'object',
      required: ['input_data'],
      properties: {
        input_data: this.#typeRef(input ?? { ...any, minProperties: 1 }, 'Input'),
        options: this.#typeRef(options ?? any, 'Options'),
        priority: { type: 'integer', minimum: 1, maximum: 10, default: 5, description: '1 is last, 10 is first' },
      },
      additionalProperties: false,
    });
  }

  #job(): JsonObject {
    return this.#component('Job', viewOf(JobView));
  }

  #jobList(): JsonObject {
    return this.#component('JobList', {
      type: 'object',
      required: ['jobs', 'total', 'skip', 'limit', 'has_more'],
      properties: {
        jobs: { type: 'array', items: this.#job() },
        total: { type: 'integer' },
        skip: { type: 'integer' },
        limit: { type: 'integer' },
        has_more: { type: 'boolean' },
      },
      additionalProperties: false,
    });
  }

  #result(): JsonObject {
    const any = { type: 'object', additionalProperties: true };
    return this.#component('Result', {
      type: 'object',
      required: ['result_id', 'output_data', 'metadata'],
      properties: {
        result_id: { type: ['string', 'null'], format: 'uuid', description: 'null for work without a job' },
        output_data: this.#typeRef(this.#manifest.output ?? any, 'Output'),
        metadata: {
          type: 'object',
          required: ['duration_ms'],
          properties: { duration_ms: { type: 'integer' } },
          additionalProperties: true,
        },
      },
      additionalProperties: false,
    });
  }

  #endpointType({ handler }: Endpoint, part: 'Input' | 'Output'): string {
    return `${handler
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')}${part}`;
  }

  /** A reference to a component with the type, which is added with everything that it refers to. */
  #typeRef(type: TypeSchema, name: string): JsonObject {
    const { types } = this.#manifest;
    const refTo = (to: string): string => {
      const key = `${this.#stem}${to}`;
      if (!Object.hasOwn(this.#components, key)) {
        // Before its parts, in case they refer to each other.
        this.#components[key] = {};
        this.#components[key] = jsonSchemaOf(types[to] ?? {}, types, refTo);
      }
      return `${PREFIX}${key}`;
    };
    return this.#component(name, jsonSchemaOf(type, types, refTo));
  }

  /** A type of the manifest keeps its name: with a type `Result`, the runtime's own is `ModuleResult`. */
  #component(name: string, schema: JsonObject): JsonObject {
    const key = `${this.#stem}${Object.hasOwn(this.#manifest.types, name) ? 'Module' : ''}${name}`;
    this.#components[key] = schema;
    return { $ref: `${PREFIX}${key}` };
  }
}

/** `get_documents_by_id` → `Get documents by id` */
function summaryOf({ input, output, handler }: Endpoint): string {
  if (!input && !output) return 'Do the work at once';
  const words = handler.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function body(schema: JsonObject): JsonObject {
  return { requestBody: { required: true, ...content(schema) } };
}

function content(schema: JsonObject): JsonObject {
  return { content: { 'application/json': { schema } } };
}

function errors(...own: number[]): JsonObject {
  return Object.fromEntries(
    [401, 403, 422, 503, ...own].map((status) => {
      const schema = { $ref: `${PREFIX}${status === 422 ? 'InvalidRequest' : 'Refused'}` };
      return [status, { description: ERRORS[status], ...content(schema) }];
    }),
  );
}

/** The JSON Schema of an answer. A format says more than zod's expressions for it. */
function viewOf(view: z.ZodType): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(view, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'integer') {
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      }
      const { anyOf } = jsonSchema;
      const [first, second] = anyOf ?? [];
      if (anyOf?.length === 2 && typeof first === 'object' && typeof second === 'object' && second.type === 'null') {
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, first, { type: [first.type, 'null'] });
      }
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return schema;
}
