import { expect, it } from 'vitest';
import { permissionContexts } from '../../../../src/core/pack/context/endpoint-context.ts';

const cases: [name: string, permissions: string[], keys: string[]][] = [
  ['own permissions have the verb as key', ['ocr:create', 'ocr:delete', 'ocr:share'], ['create', 'delete', 'share']],
  ['others with their namespace', ['ocr:read', 'file:read'], ['read', 'file_read']],
  ['a keyword with its namespace', ['ocr:import'], ['ocr_import']],
  ['two with the same key', ['ocr:file_read', 'file:read'], ['file_read', 'file_read_2']],
];
it.each(cases)('%s', (_, permissions, keys) => {
  expect(permissionContexts(permissions, 'ocr').map(({ key }) => key)).toEqual(keys);
});
