import { problemAt } from '../../manifest/finding.ts';
import { classNameFor } from '../../text/names.ts';
import type { ManifestRule } from '../rule.ts';

export const className: ManifestRule = {
  id: 'class-name',
  kind: 'manifest',
  severity: 'warning',
  summary: 'class_name does not start with the name of the module',
  why: 'Logs, stack traces and API documents show the class name. It should identify the module.',
  check({ manifest: { name, class_name: given } }) {
    const hasStem = (stem: string) => given.toLowerCase().startsWith(stem);
    // The common case is cheap to check: class_name starts with the whole name.
    if (hasStem(name.replaceAll('_', ''))) return [];
    const wanted = classNameFor(name);
    if (hasStem(stemOf(wanted))) return [];
    const message = `class_name ${given} does not match the module name ${name}`;
    return [problemAt(['class_name'], message, `Rename it, for example to ${wanted}.`)];
  },
};

function stemOf(wanted: string): string {
  return wanted.toLowerCase().replace(/(ai)?module$/, '');
}
