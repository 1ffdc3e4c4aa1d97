import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const unhandledEvent: CodeRule = {
  id: 'unhandled-event',
  kind: 'code',
  severity: 'error',
  summary: 'the module subscribes to an event that its code does not handle',
  why: 'The module that emits the event relies on this module to handle it.',
  check: ({ manifest }, code) =>
    missingIn('handled', manifest, code).map(({ name, path }) =>
      problemAt(path, `the code does not handle ${name}`, 'Handle it, or remove it from events_subscribed.'),
    ),
};
