import type { ConfigurationEntry, Manifest } from './schema.ts';

/** What a reference says about one field; docs/manifest.md is printed from it. Values are YAML. */
export interface FieldDoc {
  readonly meaning: string;
  readonly example: string;
  /** A value that is not accepted, so that the message for it can be shown. */
  readonly refused: string;
}

/** Every field of the manifest. `permissions_required` and the lists of events say what standard entries give. */
export const fieldDocs: Readonly<Record<keyof Manifest, FieldDoc>> = {
  name: {
    meaning: 'Name of the module: of its folder, its part of every address, its tables and its environment variables.',
    example: '"document_search"',
    refused: '"Document Search"',
  },
  version: {
    meaning: 'Version of the module, for those who use it.',
    example: '"1.0.0"',
    refused: '"1.0"',
  },
  description: {
    meaning: 'What the module does. Any text: it is escaped wherever it goes.',
    example: '"Finds documents by meaning."',
    refused: '""',
  },
  author: {
    meaning: 'Who wrote it.',
    example: '"Ada Lovelace"',
    refused: '""',
  },
  class_name: {
    meaning: 'Name of its class. Other classes share the stem: `DocumentSearchModule` has a `DocumentSearchService`.',
    example: '"DocumentSearchModule"',
    refused: '"documentSearch"',
  },
  dependencies: {
    meaning:
      'What it needs: a service (`redis`, `postgres`), another module that must start first (`module:<name>`), or a package in the language of the host.',
    example: '["redis", "module:transcription", "wink-nlp@2.4.0"]',
    refused: '["module:"]',
  },
  endpoints: {
    meaning:
      'What it answers, below `/api/v1/modules/<name>`. Six are standard: `POST /process`, `GET /status/{job_id}`, `GET /list`, `POST /cancel/{job_id}`, `GET /result/{job_id}`, `GET /admin/stats`; each is generated only where it is listed. Any other one does the work at once and answers with the result. A bare path has the method of the standard endpoint it is, else POST.',
    example: '["POST /process", "GET /status/{job_id}", "GET /documents/{document_id}"]',
    refused: '["FETCH /documents"]',
  },
  permissions_required: {
    meaning:
      'Permissions that callers may need. Standard ones by their last word: `create` for POST, PUT and PATCH, `read` for GET, `delete` for DELETE and for cancelling, `admin` for statistics. What the endpoints need must be listed.',
    example: '["document_search:create", "document_search:read"]',
    refused: '["document_search.read"]',
  },
  events_emitted: {
    meaning:
      'Events it publishes. Standard ones by their last word, one for each step of a job: `started`, `progress`, `completed`, `failed`, `cancelled`. Any other one gets a typed function that publishes it.',
    example: '["document_search.started", "document_search.completed", "document_search.index_refreshed"]',
    refused: '["IndexRefreshed"]',
  },
  events_subscribed: {
    meaning:
      'Events it handles. `user.deleted` removes the jobs and results of that user; any other one starts a job with the data of the event, for its `user_id`.',
    example: '["user.deleted", "file.uploaded"]',
    refused: '["user:deleted"]',
  },
  resources: {
    meaning: 'What it may use of a machine.',
    example: '{cpu: "500m", memory: "2Gi", max_concurrent_jobs: 4}',
    refused: '{cpu: "fast"}',
  },
  configuration: {
    meaning:
      'Its settings and their defaults, each as a plain value or in the long form. A key that ends in `_env` holds the name of an environment variable; a secret has no default here.',
    example: '{timeout_seconds: 120, top_k: {type: integer, default: 5, minimum: 1, maximum: 50}}',
    refused: '{top_k: {type: integer, default: 5, maximum: 3}}',
  },
};

export const resourceDocs: Readonly<Record<keyof Manifest['resources'], FieldDoc>> = {
  cpu: { meaning: 'CPUs, as Kubernetes writes them.', example: '"500m"', refused: '"fast"' },
  memory: { meaning: 'Bytes, as Kubernetes writes them.', example: '"2Gi"', refused: '"2GB"' },
  max_concurrent_jobs: { meaning: 'Jobs that one worker process runs at once.', example: '4', refused: '0' },
};

export const settingDocs: Readonly<Record<keyof ConfigurationEntry, FieldDoc>> = {
  type: { meaning: 'What kind of value it is.', example: 'integer', refused: 'float' },
  default: { meaning: 'The value where nothing else is said.', example: '5', refused: '[5]' },
  minimum: { meaning: 'Smallest number.', example: '1', refused: '"1"' },
  maximum: { meaning: 'Largest number.', example: '50', refused: '"50"' },
  enum: { meaning: 'The only values there are.', example: '[5, 10]', refused: '[]' },
  description: { meaning: 'What it is for.', example: '"How many documents an answer names."', refused: '""' },
  secret: {
    meaning: 'Never shown, and without a default: its value comes from the environment.',
    example: 'false',
    refused: '"yes"',
  },
};
