import { problemAt } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const folderName: ManifestRule = {
  id: 'folder-name',
  kind: 'manifest',
  severity: 'error',
  summary: 'the folder and the module have different names',
  why: 'Hosts find modules by folder name, and refuse a module whose manifest has another name.',
  check({ folder, manifest: { name } }) {
    if (folder === undefined || folder === name) return [];
    return [
      problemAt(['name'], `the module is named ${name}, but its folder is named ${folder}`, 'Rename one of the two.'),
    ];
  },
};
