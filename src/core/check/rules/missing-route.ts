import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const missingRoute: CodeRule = {
  id: 'missing-route',
  kind: 'code',
  severity: 'error',
  summary: 'an endpoint of the manifest has no route in the code',
  why: 'Callers rely on the manifest. A declared endpoint without a route answers 404.',
  check: ({ manifest }, code) =>
    missingIn('routes', manifest, code).map(({ name, path }) =>
      problemAt(
        path,
        `the code has no route for ${name}`,
        'Run `create-ai-module update` to generate the route, write it yourself, or remove the endpoint.',
      ),
    ),
};
