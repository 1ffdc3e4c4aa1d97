import { expect, it } from 'vitest';
import { operationOf } from '../src/http/operations.ts';
import { readEndpoints } from '../src/modules/endpoints.ts';
import { Manifest } from '../src/modules/manifest.ts';

// The tests of the Python runtime have the same manifest.
it('keeps the names of types that are called as those of the runtime', () => {
  const Result = { type: 'object', properties: { total: { type: 'integer' } } };
  const manifest = Manifest.parse({
    name: 'invoices',
    version: '1.0.0',
    description: 'Reads invoices.',
    author: 'Ada Lovelace',
    class_name: 'InvoicesModule',
    types: { Result },
    output: { type: 'object', properties: { result: { $ref: '#/types/Result' } } },
    endpoints: ['GET /result/{job_id}'],
  });
  const [endpoint] = readEndpoints(manifest);
  const { operation, components } = operationOf(manifest, endpoint!);
  expect(Object.keys(components).sort()).toEqual(['InvoicesModuleResult', 'InvoicesOutput', 'InvoicesResult']);
  expect(components.InvoicesResult).toMatchObject({ properties: { total: { type: 'integer' } } });
  expect(JSON.stringify(operation)).toContain('"#/components/schemas/InvoicesModuleResult"');
});
