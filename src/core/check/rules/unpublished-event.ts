import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const unpublishedEvent: CodeRule = {
  id: 'unpublished-event',
  kind: 'code',
  severity: 'error',
  summary: 'the manifest lists an event that the code does not publish',
  why: 'Modules that subscribe to it wait forever.',
  check: ({ manifest }, code) =>
    missingIn('published', manifest, code).map(({ name, path }) =>
      problemAt(path, `the code does not publish ${name}`, 'Publish it, or remove it from events_emitted.'),
    ),
};
