import { problemAt } from '../../diagnostic.ts';
import type { CodeRule } from '../rule.ts';

export const renamedModule: CodeRule = {
  id: 'renamed-module',
  kind: 'code',
  severity: 'error',
  summary: 'the name of a module was changed by hand',
  why: 'The code, the tables and the jobs of the module still have the old name: it does not start, or loses its data.',
  check({ manifest: { name } }, { lastName }) {
    if (lastName === undefined || lastName === name) return [];
    const hint = `Change the name back to ${lastName}. Or run \`create-ai-module update ${name}\`, correct your own code, and rename its tables and rows in each database.`;
    return [problemAt(['name'], `the code was generated for the name ${lastName}`, hint)];
  },
};
