// npm run faults [mode…]: the tests of test/faults at full size, all modes or those named, then what all runs so far have
// measured, as the table of docs/reliability.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const rows = readdirSync(join(root, 'test/faults/rows')).map((name) => name.replace('.test.ts', ''));
const modes = process.argv.slice(2);
const unknown = modes.filter((mode) => !rows.includes(mode));
if (unknown.length > 0) {
  console.error(`no such mode: ${unknown.join(', ')}. There are ${rows.join(', ')}.`);
  process.exit(2);
}

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const files = modes.map((mode) => `test/faults/rows/${mode}.test.ts`);
const env = { ...process.env, FAULTS: 'full' };
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'faults', '--reporter=verbose', ...files], {
  cwd: root,
  env,
  stdio: 'inherit',
});
printTable();
process.exitCode = status ?? 1;

function printTable() {
  const measured = rows
    .map((mode) => [mode, join(root, '.cache/faults', `${mode}.json`)])
    .filter(([, file]) => existsSync(file))
    .map(([mode, file]) => [mode, JSON.parse(readFileSync(file, 'utf8'))]);
  const faults = [...new Set(measured.flatMap(([, figures]) => Object.keys(figures)))];
  console.log(`| | ${measured.map(([mode]) => mode).join(' | ')} |\n|---|${measured.map(() => '---|').join('')}`);
  for (const fault of faults) {
    console.log(`| ${fault} | ${measured.map(([, figures]) => figures[fault] ?? '').join(' | ')} |`);
  }
}
