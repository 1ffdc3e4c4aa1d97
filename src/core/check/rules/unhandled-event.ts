import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const unhandledEvent: CodeRule = {
  id: 'unhandled-event',
  kind: 'code',
  severity: 'error',
  summary: 'no code of the module handles an event that it subscribes to',
  why: 'Who emits it relies on the module to act on it.',
  check: ({ manifest }, code) =>
    missingIn('handled', manifest, code).map(({ name, path }) =>
      problemAt(path, `no code of the module handles ${name}`, 'Handle it, or remove it from events_subscribed.'),
    ),
};
