import type { ConfigurationEntry, EndpointEntry, EventEntry, Manifest } from '../schema.ts';

/** The reference of one field; docs/manifest.md is generated from it. Values are YAML. */
export interface FieldDoc {
  readonly meaning: string;
  readonly example: string;
  /** An invalid value, to show its message. */
  readonly refused: string;
}

/** All fields of the manifest. */
export const fieldDocs: Readonly<Record<keyof Manifest, FieldDoc>> = {
  name: {
    meaning:
      'Name of the module. It is also the name of its folder, and part of its URLs, table names and environment variables.',
    example: '"document_search"',
    refused: '"Document Search"',
  },
  version: {
    meaning: 'Semantic version of the module.',
    example: '"1.0.0"',
    refused: '"1.0"',
  },
  description: {
    meaning: 'What the module does. Any text is allowed; it is escaped wherever it is used.',
    example: '"Finds documents by meaning."',
    refused: '""',
  },
  author: {
    meaning: 'Author of the module.',
    example: '"Ada Lovelace"',
    refused: '""',
  },
  class_name: {
    meaning:
      'Name of the module class. Other classes start with the same name without `Module`, for example `DocumentSearchService`.',
    example: '"DocumentSearchModule"',
    refused: '"documentSearch"',
  },
  dependencies: {
    meaning:
      'What the module depends on: a service (`redis`, `postgres`), a module that must start first (`module:<name>`), or a package in the language of the host.',
    example: '["redis", "module:transcription", "wink-nlp@2.4.0"]',
    refused: '["module:"]',
  },
  types: {
    meaning:
      'Types with a name, for use in `input`, `options`, `output` and the long forms below: `{ $ref: "#/types/Line" }`. Types are JSON Schema, of which a part is supported.',
    example:
      '{Line: {type: object, required: [text], properties: {text: {type: string}, amount: {type: number, minimum: 0}}}}',
    refused: '{line: {type: object, properties: {text: {type: string}}}}',
  },
  input: {
    meaning:
      'Type of the input: of `input_data` in `POST /process`, and of the data of events that start jobs. Without it, an input is any JSON object with at least one key.',
    example: '{type: object, required: [text], properties: {text: {type: string, minLength: 1}}}',
    refused: '{type: string}',
  },
  options: {
    meaning: 'Type of the options of a job. Without it, options are any JSON object.',
    example: '{type: object, properties: {language: {enum: [en, fr], default: en}}}',
    refused: '{type: object, properties: {language: {enum: [en, fr], default: de}}}',
  },
  output: {
    meaning:
      'Type of the output of a job, which is checked before it is stored. Without it, an output is any JSON object.',
    example: '{type: object, required: [words], properties: {words: {type: integer}}}',
    refused: '{type: object, properties: {words: {type: int}}}',
  },
  endpoints: {
    meaning:
      'HTTP endpoints below `/api/v1/modules/<name>`, each as `METHOD /path` or in the [long form](#endpoints-with-types). Seven are standard: `POST /process`, `GET /status/{job_id}`, `GET /list`, `POST /cancel/{job_id}`, `POST /retry/{job_id}`, `GET /result/{job_id}`, `GET /admin/stats`; each is served only if it is listed. Any other endpoint answers during the request: with types of its own, or with the result of the module’s work. A path without a method has the method of the standard endpoint with that path, or POST.',
    example: '["POST /process", "GET /status/{job_id}", "GET /documents/{document_id}"]',
    refused: '["FETCH /documents"]',
  },
  permissions_required: {
    meaning:
      'Permissions that callers need. The standard ones end in `create` (POST, PUT and PATCH), `read` (GET), `delete` (DELETE and cancelling a job) and `admin` (statistics). Every permission that an endpoint requires must be listed.',
    example: '["document_search:create", "document_search:read"]',
    refused: '["document_search.read"]',
  },
  events_emitted: {
    meaning:
      'Events that the module publishes, each by its name or in the [long form](#events-with-types). The standard ones end in a step of a job: `started`, `progress`, `completed`, `failed`, `cancelled`. The runtime publishes them. Every other event is generated as an `OwnEvent` that the code of the module publishes.',
    example: '["document_search.started", "document_search.completed", "document_search.index_refreshed"]',
    refused: '["IndexRefreshed"]',
  },
  events_subscribed: {
    meaning:
      'Events that the module handles, each by its name or in the [long form](#events-with-types). `user.deleted` deletes the jobs and results of that user. Every other event starts a job with the data of the event, for its `user_id`, unless the handler is changed.',
    example: '["user.deleted", "file.uploaded"]',
    refused: '["user:deleted"]',
  },
  resources: {
    meaning: 'Resources that the module may use.',
    example: '{cpu: "500m", memory: "2Gi", max_concurrent_jobs: 4}',
    refused: '{cpu: "fast"}',
  },
  configuration: {
    meaning:
      'Settings and their defaults, each as a plain value, a list of values of one type, or in the long form. An empty list needs the long form. A key that ends in `_env` holds the name of an environment variable. A secret has no default.',
    example:
      '{timeout_seconds: 120, top_k: {type: integer, default: 5, minimum: 1, maximum: 50}, tags: [invoice, offer]}',
    refused: '{top_k: {type: integer, default: 5, maximum: 3}}',
  },
};

/** The long form of an endpoint. */
export const endpointDocs: Readonly<Record<keyof EndpointEntry, FieldDoc>> = {
  endpoint: { meaning: 'Method and path, as in the short form.', example: '"POST /preview"', refused: '"preview"' },
  input: {
    meaning:
      'Type of the body. For GET and DELETE it is the type of the query: an object whose properties are strings, numbers, booleans or one of several values. Standard endpoints have the types of the module.',
    example: '{ $ref: "#/types/Line" }',
    refused: '{ $ref: "#/types/Row" }',
  },
  output: {
    meaning: 'Type of the answer, which is checked before it is sent.',
    example: '{type: object, properties: {total: {type: number}}}',
    refused: '{type: number}',
  },
  permission: {
    meaning:
      'Permission that callers need, one of `permissions_required`. By default, it ends in `create` (POST, PUT and PATCH), `read` (GET) or `delete` (DELETE).',
    example: '"document_search:read"',
    refused: '"document_search:review"',
  },
  summary: {
    meaning: 'What the endpoint does, in one line, for OpenAPI.',
    example: '"Show the lines of a document"',
    refused: '""',
  },
};

/** The long form of an event. */
export const eventDocs: Readonly<Record<keyof EventEntry, FieldDoc>> = {
  event: {
    meaning: 'Name of the event, as in the short form.',
    example: '"document_search.index_refreshed"',
    refused: '"IndexRefreshed"',
  },
  payload: {
    meaning:
      'Type of the data of the event. An emitted event is checked by its publisher. For a subscription it is the data that the handler needs: an event that does not fit becomes a dead letter.',
    example: '{type: object, required: [documents], properties: {documents: {type: integer}}}',
    refused: '{type: integer}',
  },
};

export const resourceDocs: Readonly<Record<keyof Manifest['resources'], FieldDoc>> = {
  cpu: { meaning: 'CPUs, in Kubernetes notation.', example: '"500m"', refused: '"fast"' },
  memory: { meaning: 'Bytes of memory, in Kubernetes notation.', example: '"2Gi"', refused: '"2GB"' },
  max_concurrent_jobs: {
    meaning: 'Number of jobs of the module that run at the same time, over all processes.',
    example: '4',
    refused: '0',
  },
};

export const settingDocs: Readonly<Record<keyof ConfigurationEntry, FieldDoc>> = {
  type: { meaning: 'Type of the value; `array` is a list.', example: 'integer', refused: 'float' },
  items: {
    meaning: 'Type of the items of a list: every type but `array`.',
    example: '{type: string}',
    refused: 'string',
  },
  default: { meaning: 'Value that is used if no other one is set.', example: '5', refused: '{}' },
  minimum: { meaning: 'Smallest allowed number.', example: '1', refused: '"1"' },
  maximum: { meaning: 'Largest allowed number.', example: '50', refused: '"50"' },
  minItems: { meaning: 'Smallest number of items of a list.', example: '1', refused: '-1' },
  maxItems: { meaning: 'Largest number of items of a list.', example: '20', refused: '1.5' },
  enum: { meaning: 'List of the allowed values.', example: '[5, 10]', refused: '[]' },
  description: {
    meaning: 'Purpose of the setting.',
    example: '"Maximum number of documents to return."',
    refused: '""',
  },
  secret: {
    meaning: 'Whether the value is a secret. It is never shown, has no default, and comes from the environment.',
    example: 'false',
    refused: '"yes"',
  },
};
