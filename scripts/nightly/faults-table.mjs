import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the faults rows measured so far, as the table of docs/reliability.md. */
export function faultsTable(root) {
  const measured = readdirSync(join(root, 'test/faults/rows'))
    .map((name) => name.replace('.test.ts', ''))
    .map((mode) => [mode, join(root, '.cache/faults', `${mode}.json`)])
    .filter(([, file]) => existsSync(file))
    .map(([mode, file]) => [mode, JSON.parse(readFileSync(file, 'utf8'))]);
  const faults = [...new Set(measured.flatMap(([, figures]) => Object.keys(figures)))];
  return [
    `| | ${measured.map(([mode]) => mode).join(' | ')} |`,
    `|---|${measured.map(() => '---|').join('')}`,
    ...faults.map((fault) => `| ${fault} | ${measured.map(([, figures]) => figures[fault] ?? '').join(' | ')} |`),
  ].join('\n');
}
