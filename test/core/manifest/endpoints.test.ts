import { expect, it } from 'vitest';
import { endpointsOf, readEndpoint, shapeOf, standardEndpoints } from '../../../src/core/manifest/endpoints.ts';

const cases: [entry: string, method: string, role: string | null, permission: string, parameters: string[]][] = [
  ['POST /process', 'POST', 'process', 'create', []],
  ['/process', 'POST', 'process', 'create', []],
  ['/status/{job_id}', 'GET', 'status', 'read', ['job_id']],
  ['/status/{id}', 'POST', null, 'create', ['id']],
  ['/list', 'GET', 'list', 'read', []],
  ['/cancel/{job_id}', 'POST', 'cancel', 'delete', ['job_id']],
  ['/retry/{job_id}', 'POST', 'retry', 'create', ['job_id']],
  ['/result/{job_id}', 'GET', 'result', 'read', ['job_id']],
  ['/admin/stats', 'GET', 'stats', 'admin', []],
  ['/stats', 'GET', 'stats', 'admin', []],
  ['/jobs/status/{job_id}', 'GET', 'status', 'read', ['job_id']],
  ['GET /process', 'GET', null, 'read', []],
  ['DELETE /cancel/{job_id}', 'DELETE', null, 'delete', ['job_id']],
  ['/status', 'POST', null, 'create', []],
  ['/status/{a}/{b}', 'POST', null, 'create', ['a', 'b']],
  ['/{job_id}/status', 'POST', null, 'create', ['job_id']],
  ['/process/{x}', 'POST', null, 'create', ['x']],
  ['GET /list/{x}', 'GET', null, 'read', ['x']],
  ['/reindex', 'POST', null, 'create', []],
  ['PUT /a/{x}', 'PUT', null, 'create', ['x']],
  ['PATCH /a', 'PATCH', null, 'create', []],
  ['GET /documents/{document_id}', 'GET', null, 'read', ['document_id']],
  ['/constructor', 'POST', null, 'create', []],
  ['/{x}', 'POST', null, 'create', ['x']],
];
it.each(cases)('%s is %s, role %s, permission %s', (entry, method, role, permission, parameters) => {
  expect(readEndpoint(entry)).toMatchObject({ method, role, permission, parameters });
});

it('gives each role to the first matching endpoint only', () => {
  const roles = endpointsOf({ endpoints: ['GET /a/stats', 'GET /admin/stats', '/process'] });
  expect(roles.map(({ role, permission }) => [role, permission])).toEqual([
    ['stats', 'admin'],
    [null, 'read'],
    ['process', 'create'],
  ]);
});

it('recognises the standard endpoints', () => {
  expect(endpointsOf({ endpoints: [...standardEndpoints] }).map(({ role }) => role)).toEqual([
    'process',
    'status',
    'list',
    'cancel',
    'retry',
    'result',
    'stats',
  ]);
});

it('ignores parameter names when it compares routes', () => {
  expect(shapeOf(readEndpoint('GET /a/{x}/b'))).toBe(shapeOf(readEndpoint('GET /a/{other}/b')));
  expect(shapeOf(readEndpoint('GET /a/{x}'))).not.toBe(shapeOf(readEndpoint('DELETE /a/{x}')));
});
