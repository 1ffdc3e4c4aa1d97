import { manifestFromAnswers } from '../../../src/core/manifest/answers.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';

/** The manifest that `new` makes from a name. */
export function goodManifest(name = 'document_search', changes: Partial<Manifest> = {}): Manifest {
  return { ...manifestFromAnswers({ name }, { author: 'Ada Lovelace', dependencies: ['redis'] }), ...changes };
}

/** A manifest with one top-level key per line. `changes` replaces lines by their first word. */
export function goodText(changes: Readonly<Record<string, string>> = {}): string {
  const lines: Record<string, string> = {
    name: 'name: document_search',
    version: 'version: "1.0.0"',
    description: 'description: Finds documents.',
    author: 'author: Ada',
    class_name: 'class_name: DocumentSearch',
    dependencies: 'dependencies: [redis]',
    endpoints: 'endpoints: [/process, "GET /status/{job_id}"]',
    permissions_required: 'permissions_required: [document_search:create, document_search:read]',
    events_emitted: 'events_emitted: [document_search.started]',
    events_subscribed: 'events_subscribed: [user.deleted]',
    resources: 'resources: {cpu: "1", memory: 512Mi, max_concurrent_jobs: 10}',
    configuration: 'configuration: {timeout_seconds: 300}',
  };
  const all = { ...lines, ...changes };
  return Object.values(all)
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}
