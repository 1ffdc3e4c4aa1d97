import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const unpublishedEvent: CodeRule = {
  id: 'unpublished-event',
  kind: 'code',
  severity: 'error',
  summary: 'no code of the module publishes an event that it emits',
  why: 'Other modules subscribe to it and wait for ever.',
  check: ({ manifest }, code) =>
    missingIn('published', manifest, code).map(({ name, path }) =>
      problemAt(path, `no code of the module publishes ${name}`, 'Publish it, or remove it from events_emitted.'),
    ),
};
