import { checkManifestValue } from '../../manifest/parse.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { standardSample } from './standard-sample.ts';

/** A module to render a pack with. */
export interface Sample {
  /** What is special about it, for messages: `quotes in texts`. */
  readonly name: string;
  readonly manifest: Manifest;
  /** Whether its texts break code that does not escape them. */
  readonly isHostile: boolean;
}

/** A text that no language accepts unescaped: literals and comments change its line break at least. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: breaks templates
const everything = 'It\'s "all" `of` \\ ${it} {{x}} */ --> """ # <b>\n} ] ) : next, line';

// Each shows which characters break the output.
const hostileTexts: readonly (readonly [name: string, text: string])[] = [
  ['quotes in texts', 'It\'s a "text" with `quotes` \'"`'],
  ['backslashes in texts', 'C:\\new\\table\\x41\\u0041\\'],
  ['line breaks in texts', 'one\ntwo: [\n\n}) three'],
  ['the end of a comment in texts', 'a */ b --> c """ d \'\'\' e # f // g'],
  ['texts that look like values', 'null'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: breaks templates
  ['code of templates in texts', '`${process.exit(1)}` {{x}} {x} %s'],
  ['all of these', everything],
];

/** The text that `isRawText` finds. */
export const markedText = everything;

/** A few modules that use everything that a manifest can have, without the order or the number being important. */
export function samples(): readonly Sample[] {
  return [
    { name: 'a standard module', manifest: standardSample('sample_module'), isHostile: false },
    { name: 'a module with the least', manifest: least, isHostile: false },
    { name: 'a module with everything', manifest: full('A module with everything.'), isHostile: false },
    { name: 'a module without types', manifest: untyped, isHostile: false },
    ...hostileTexts.map(([name, text]) => ({ name, manifest: full(text), isHostile: true })),
  ];
}

function valid(value: unknown): Manifest {
  const { manifest, problems } = checkManifestValue(value);
  if (manifest === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  return manifest;
}

const least: Manifest = valid({
  name: 'io',
  version: '0.1.0',
  description: 'Least.',
  author: 'A',
  class_name: 'IoModule',
  endpoints: ['POST /process', 'GET /status/{job_id}'],
  permissions_required: ['io:create', 'io:read'],
});

const untyped: Manifest = valid({
  ...standardSample('document_search'),
  dependencies: ['redis', 'module:other_module', 'left-pad@1.0.0'],
  endpoints: [
    ...standardSample('document_search').endpoints,
    'POST /reindex',
    'GET /documents/{document_id}',
    'PUT /documents/{document_id}/parts/{part}',
    'DELETE /documents/{document_id}',
  ],
  permissions_required: [...standardSample('document_search').permissions_required, 'documents:read'],
  events_emitted: [...standardSample('document_search').events_emitted, 'document_search.index_refreshed'],
  events_subscribed: ['user.deleted', 'file.uploaded', 'document_search.index_refreshed'],
  configuration: { timeout_seconds: 120, retry_attempts: 2, provider: 'openai', top_k: 5, index_key_env: 'INDEX_KEY' },
});

/** A manifest with every key, and the text wherever a user writes prose. */
function full(text: string): Manifest {
  const prose = text.slice(0, 200);
  const { endpoints, permissions_required, events_emitted } = standardSample('text_insights');
  const field = { type: 'string', description: prose, default: text };
  return valid({
    name: 'text_insights',
    version: '1.2.3',
    description: text,
    author: prose,
    class_name: 'TextInsightsModule',
    dependencies: ['redis', 'celery', 'module:other_module', 'left-pad@1.0.0'],
    types: {
      Line: {
        type: 'object',
        description: prose,
        required: ['text'],
        properties: { text: { type: 'string' }, amount: { type: 'number', minimum: 0 } },
      },
      Mood: { enum: ['good', 'bad'] },
    },
    input: {
      type: 'object',
      description: prose,
      required: ['text'],
      properties: { text: { type: 'string', minLength: 1, description: prose }, note: field },
    },
    options: { type: 'object', properties: { language: field, mood: { $ref: '#/types/Mood' } } },
    output: {
      type: 'object',
      required: ['lines'],
      properties: { lines: { type: 'array', items: { $ref: '#/types/Line' } }, mood: { $ref: '#/types/Mood' } },
    },
    endpoints: [
      ...endpoints,
      {
        endpoint: 'POST /check/{line_id}',
        permission: 'text_insights:read',
        summary: prose,
        input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
        output: { type: 'object', required: ['lines'], properties: { lines: { type: 'integer' } } },
      },
      {
        endpoint: 'GET /lines',
        summary: prose,
        input: { type: 'object', properties: { limit: { type: 'integer', default: 20 } } },
      },
      'POST /reindex',
      'GET /lines/{line_id}',
      'DELETE /lines/{line_id}',
    ],
    permissions_required,
    events_emitted: [
      ...events_emitted,
      'text_insights.reindexed',
      {
        event: 'text_insights.checked',
        payload: {
          type: 'object',
          required: ['lines'],
          properties: { lines: { type: 'integer', description: prose } },
        },
      },
    ],
    events_subscribed: [
      'user.deleted',
      'file.uploaded',
      'text_insights.reindexed',
      {
        event: 'scan.completed',
        payload: {
          type: 'object',
          required: ['user_id', 'text'],
          properties: { user_id: { type: 'string' }, text: { type: 'string' } },
        },
      },
    ],
    resources: { cpu: '500m', memory: '2Gi', max_concurrent_jobs: 4 },
    configuration: {
      timeout_seconds: 120,
      retry_attempts: 2,
      provider: { type: 'string', default: 'sample', enum: ['sample', 'openai', 'own'] },
      greeting: text,
      highlight: true,
      list: ['a', 'b'],
      numbers: [1, 2],
      top_k: { type: 'integer', default: 5, minimum: 1, maximum: 50, description: prose },
      min_score: { type: 'number', default: 0.25, minimum: 0, maximum: 1 },
      ranking: { type: 'string', default: text, enum: [text, 'recency'], description: prose },
      open_choice: { type: 'string', enum: [text, 'other'] },
      optional: { type: 'boolean', description: prose },
      names: { type: 'array', items: { type: 'string' }, default: [text], minItems: 1, maxItems: 9 },
      password: { type: 'string', secret: true, description: prose },
      index_key_env: { type: 'string', default: 'TEXT_INSIGHTS_INDEX_KEY', description: prose, secret: true },
    },
  });
}
