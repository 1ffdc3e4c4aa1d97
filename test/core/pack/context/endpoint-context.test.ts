import { expect, it } from 'vitest';
import { contractOf } from '../../../../src/core/manifest/contract.ts';
import { endpointContexts } from '../../../../src/core/pack/context/endpoint-context.ts';
import { camelCase, isKeyword } from '../../../../src/core/text/names.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

const contexts = (endpoints: string[]) => {
  const manifest = goodManifest('ocr', { endpoints });
  return endpointContexts(manifest, 'ns', contractOf(manifest));
};

const handlers: [entry: string, handler: string][] = [
  ['POST /process', 'process'],
  ['/status/{job_id}', 'status'],
  ['GET /admin/stats', 'stats'],
  ['POST /reindex', 'reindex'],
  ['/reindex', 'reindex'],
  ['GET /documents/{document_id}', 'get_documents_by_document_id'],
  ['DELETE /a/{x}/b/{y}', 'delete_a_b_by_x_and_y'],
  ['POST /{x}', 'root_by_x'],
  ['POST /v1.0/Re-Index~now', 'v1_0_re_index_now'],
  ['POST /2d', 'post_2d'],
  ['POST /class', 'post_class'],
  ['POST /eval', 'post_eval'],
  ['POST /constructor', 'post_constructor'],
  ['POST /-_-', 'root'],
  ['GET /process', 'get_process'],
  ['POST /stats', 'stats_2'],
  ['POST /list', 'list_2'],
];
it.each(handlers)('%s is handled by %s', (entry, handler) => {
  expect(contexts([entry]).map((endpoint) => endpoint.handler)).toEqual([handler]);
});

it('gives each endpoint a unique name in every case convention', () => {
  const endpoints = contexts(['POST /a-b', 'POST /a.b', 'POST /a/b', 'POST /a/{x_y}', 'POST /a/b_by/{x}', 'POST /ab']);
  const names = endpoints.map(({ handler }) => handler);
  expect(new Set(names.map((name) => camelCase(name).toLowerCase().replaceAll('_', ''))).size).toBe(names.length);
  expect(names.some(isKeyword)).toBe(false);
});

it('contains the data for a route', () => {
  expect(contexts(['GET /documents/{document_id}/pages/{page}'])).toMatchObject([
    {
      entry: 'GET /documents/{document_id}/pages/{page}',
      method: 'GET',
      path: '/documents/{document_id}/pages/{page}',
      colonPath: '/documents/:document_id/pages/:page',
      pathStart: '/documents/',
      samplePath: '/documents/sample/pages/sample',
      parameters: ['document_id', 'page'],
      hasBody: false,
      role: null,
      permission: 'ns:read',
      permissionRole: 'read',
      handler: 'get_documents_pages_by_document_id_and_page',
    },
  ]);
});

it.each([
  ['GET', false],
  ['DELETE', false],
  ['POST', true],
  ['PUT', true],
  ['PATCH', true],
])('%s has a body: %s', (method, hasBody) => expect(contexts([`${method} /a`])[0]).toMatchObject({ method, hasBody }));
