import { problemAt } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const folderName: ManifestRule = {
  id: 'folder-name',
  kind: 'manifest',
  severity: 'error',
  summary: 'the folder of the module has another name than the module',
  why: 'Hosts find modules by their folders and refuse one whose manifest says another name.',
  check({ folder, manifest: { name } }) {
    if (folder === undefined || folder === name) return [];
    return [problemAt(['name'], `the module is called ${name}, its folder ${folder}`, 'Rename one of the two.')];
  },
};
