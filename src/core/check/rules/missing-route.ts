import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const missingRoute: CodeRule = {
  id: 'missing-route',
  kind: 'code',
  severity: 'error',
  summary: 'an endpoint has no route in the code of the module',
  why: 'Callers and other teams read the manifest: what it promises and nothing answers is a 404.',
  check: ({ manifest }, code) =>
    missingIn('routes', manifest, code).map(({ name, path }) =>
      problemAt(
        path,
        `no route of the code answers ${name}`,
        'Write the route, or remove the endpoint; `create-ai-module update` writes it from the manifest.',
      ),
    ),
};
