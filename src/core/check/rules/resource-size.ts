import { type Problem, problemAt } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

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
