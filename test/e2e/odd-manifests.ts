import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { classNameFor } from '../../src/core/text/names.ts';

const standardEndpoints = [
  'POST /process',
  'GET /status/{job_id}',
  'GET /list',
  'POST /cancel/{job_id}',
  'GET /result/{job_id}',
  'GET /admin/stats',
];
const verbs = ['create', 'read', 'delete', 'admin'];
const lifecycle = ['started', 'progress', 'completed', 'failed', 'cancelled'];
const longNamespace = 'some_other_namespace_that_is_quite_long_indeed_yes_it_is';
const words = Array.from({ length: 60 }, () => 'word').join(' ');

const configuration = {
  timeout_seconds: 5.5,
  provider: 'local',
  model: 'm'.repeat(100),
  base_url: 'http://x.y/v1',
  flag: false,
  count: 3,
  ratio: 0.1,
  text: 'a'.repeat(100),
  quote: 'it\'s "x" \\ \n é',
  tok_env: 'X_Y',
  retry_attempts: { type: 'integer', default: 1, maximum: 4, description: 'few' },
  mode: { type: 'string', enum: ['one'], default: 'one' },
  level: { type: 'integer', enum: [1, 2, 3], default: 2 },
  fraction: { type: 'number', enum: [0.5, 1], default: 0.5 },
  without_default: { type: 'integer', minimum: 0 },
  secret: { type: 'string', secret: true, description: 'A secret' },
  enabled: { type: 'boolean', default: true },
  long_story: { type: 'string', default: '', description: words },
  negative: { type: 'number', default: -1, minimum: -5 },
};

/** Differences from a standard module, by name. */
const oddities: Readonly<Record<string, object>> = {
  ['a'.repeat(50)]: {},
  ab: {},
  configs: { configuration },
  far_namespace: {
    permissions_required: verbs.map((verb) => `${longNamespace}:${verb}`),
    events_emitted: ['started', 'completed', 'x_y'].map((verb) => `${longNamespace}.${verb}`),
  },
  job: {},
  modules: { class_name: 'ModuleModule' },
  no_endpoints: { endpoints: [] },
  no_events: { events_emitted: [], events_subscribed: [] },
  no_suffix: { class_name: 'PDF2Text' },
  only_cancel: { endpoints: ['POST /cancel/{job_id}'] },
  only_completed: { events_emitted: ['only_completed.completed'] },
  only_extra: {
    endpoints: [
      'GET /search/{query}',
      'POST /do/{body}/{service}',
      'PUT /things/{thing_id}',
      'DELETE /things/{thing_id}',
      'PATCH /x',
      'GET /plain',
      'POST /create_job',
      'POST /a-b.c',
    ],
  },
  only_list: { endpoints: ['GET /list'] },
  only_process: { endpoints: ['POST /process'] },
  only_result: { endpoints: ['GET /result/{job_id}'] },
  only_scalars: { configuration: { count: 3 } },
  only_secret: { configuration: { secret: { type: 'string', secret: true } } },
  only_standard: { configuration: { timeout_seconds: 5 } },
  only_stats: { endpoints: ['GET /admin/stats'] },
  only_status: { endpoints: ['GET /status/{job_id}'] },
  onlyenum: { configuration: { mode: { type: 'string', enum: ['one', 'two'], default: 'one' } } },
  own_provider: { configuration: { provider: { type: 'string', enum: ['local', 'openai', 'mine'], default: 'mine' } } },
  own_events: {
    events_emitted: ['started', 'completed', 'zebra', 'apple']
      .map((verb) => `own_events.${verb}`)
      .concat('other.thing_happened'),
    events_subscribed: ['own_events.completed', 'own_events.zebra', 'a.b'],
  },
  process: {},
  process_status: { endpoints: ['POST /process', 'GET /status/{job_id}'] },
};

/** Writes unusual but valid manifests to `folder` and returns their paths. */
export function writeOddManifests(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return Object.entries(oddities).map(([name, changes]) => {
    const path = join(folder, `${name}.yaml`);
    const manifest = {
      name,
      version: '1.0.0',
      description: 'x "q" \'s\' """ \\n { } */ é 😀',
      author: 'O\'Neil "x"',
      class_name: classNameFor(name),
      dependencies: [],
      endpoints: standardEndpoints,
      permissions_required: verbs.map((verb) => `${name}:${verb}`),
      events_emitted: lifecycle.map((verb) => `${name}.${verb}`),
      events_subscribed: ['user.deleted'],
      resources: { cpu: '1', memory: '1Gi', max_concurrent_jobs: 3 },
      configuration: {},
      ...changes,
    };
    // JSON is valid YAML.
    writeFileSync(path, JSON.stringify(manifest));
    return path;
  });
}
