import { expect, it } from 'vitest';
import { suggestValue } from '../../../src/core/manifest/suggest-value.ts';

it.each<[path: (string | number)[], given: string, want: string | undefined]>([
  [['name'], 'Doc-Search', 'doc_search'],
  [['version'], '1.10', '1.10.0'],
  [['version'], 'v2', '2.0.0'],
  [['version'], 'latest', undefined],
  [['class_name'], 'asrModule', 'AsrModule'],
  [['class_name'], 'promise', undefined],
  [['dependencies', 0], 'module:doc-search', 'module:doc_search'],
  [['dependencies', 0], 'npm i x', undefined],
  [['endpoints', 1], 'POST process', 'POST /process'],
  [['endpoints', 1], 'get /status/:jobId/', 'GET /status/{job_id}'],
  [['endpoints', 1], 'GET /pages/<id>', 'GET /pages/{id}'],
  [['endpoints', 1], 'GTE /x', 'GET /x'],
  [['endpoints', 1], 'GET/x', 'GET /x'],
  [['endpoints', 1], 'Delte /pages/{id}', 'DELETE /pages/{id}'],
  [['endpoints', 1], 'FETCH /x', undefined],
  [['endpoints', 1], '/a/{x}/{x}', undefined],
  [['permissions_required', 0], 'asr.read', 'asr:read'],
  [['permissions_required', 0], 'ASR:readAll', 'asr:read_all'],
  [['permissions_required', 0], 'read', undefined],
  [['events_emitted', 0], 'asr:completed', 'asr.completed'],
  [['events_subscribed', 0], 'asr.page.read', undefined],
  [['resources', 'cpu'], '500 m', '500m'],
  [['resources', 'memory'], '512 MB', '512Mi'],
  [['description'], '', undefined],
])('%j %j → %j', (path, given, want) => expect(suggestValue(path, given)).toBe(want));
