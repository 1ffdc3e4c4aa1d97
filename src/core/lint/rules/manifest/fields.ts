import { type Problem, problemAt } from '../../../diagnostic.ts';
import { semanticChecks } from '../../../manifest/meaning.ts';
import { classNameFor } from '../../../text/names.ts';
import type { ManifestRule } from '../../rule.ts';

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

export const folderName: ManifestRule = {
  id: 'folder-name',
  kind: 'manifest',
  severity: 'error',
  summary: 'the folder and the module have different names',
  why: 'Hosts find modules by folder name, and reject a module whose manifest has a different name.',
  check({ folder, manifest: { name } }) {
    if (folder === undefined || folder === name) return [];
    return [
      problemAt(['name'], `the module is named ${name}, but its folder is named ${folder}`, 'Rename one of the two.'),
    ];
  },
};

export const duplicateEntry: ManifestRule = {
  id: 'duplicate',
  kind: 'manifest',
  severity: 'error',
  summary: 'two entries of a list are equal',
  why: 'The second entry has no effect, or, if it is an endpoint, prevents the host from starting.',
  check: ({ manifest }) => semanticChecks.duplicate(manifest),
};

const units: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const [leastMemory, mostMemory, mostCpu] = [4 * 2 ** 20, 32 * 2 ** 40, 256];

export const resourceSize: ManifestRule = {
  id: 'resource-size',
  kind: 'manifest',
  severity: 'warning',
  summary: 'resources request more than any machine has, or less than a process needs',
  why: 'Usually the unit is missing: 512 means 512 bytes, and 500 CPUs should be 500m.',
  check({ manifest: { resources } }) {
    const problems: Problem[] = [];
    const cpu = amountOf(String(resources.cpu));
    if (cpu > mostCpu)
      problems.push(
        problemAt(
          ['resources', 'cpu'],
          `resources.cpu requests ${resources.cpu} whole CPUs`,
          `Did you mean ${resources.cpu}m?`,
        ),
      );
    const memory = amountOf(String(resources.memory));
    if (memory < leastMemory)
      problems.push(
        problemAt(['resources', 'memory'], `resources.memory requests only ${memory} bytes`, 'Did you mean Mi or Gi?'),
      );
    if (memory > mostMemory)
      problems.push(
        problemAt(
          ['resources', 'memory'],
          `resources.memory requests ${resources.memory}, more than any machine has`,
          'Did you mean Mi or Gi?',
        ),
      );
    return problems;
  },
};

function amountOf(quantity: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return Number(number) * (unit === 'm' ? 0.001 : (units[unit] ?? 1));
}
