import { problemAt } from '../../manifest/finding.ts';
import { classNameFor } from '../../text/names.ts';
import type { ManifestRule } from '../rule.ts';

export const className: ManifestRule = {
  id: 'class-name',
  kind: 'manifest',
  severity: 'warning',
  summary: 'class_name does not begin as the name of the module does',
  why: 'Logs, stack traces and API documents name the class: from it one should find the module.',
  check({ manifest: { name, class_name: given } }) {
    const begins = (stem: string) => given.toLowerCase().startsWith(stem);
    // Nearly all begin with all of the name.
    if (begins(name.replaceAll('_', ''))) return [];
    const wanted = classNameFor(name);
    if (begins(stemOf(wanted))) return [];
    const message = `class_name ${given} does not fit the name ${name}`;
    return [problemAt(['class_name'], message, `For example ${wanted}.`)];
  },
};

function stemOf(wanted: string): string {
  return wanted.toLowerCase().replace(/(ai)?module$/, '');
}
