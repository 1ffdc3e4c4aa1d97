// npm run nightly [-- row…] [--list] [--restart]: every test at full size, one row after the other. A row that passed on
// this commit is not run again, so a run that was interrupted continues; uncommitted changes or --restart start again.
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { faultsTable } from './nightly/faults-table.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const minutesPerRow = 60;
const { values: flags, positionals: names } = parseArgs({
  options: { list: { type: 'boolean' }, restart: { type: 'boolean' } },
  allowPositionals: true,
});

const vitest = (...args) => ['node', 'scripts/test.mjs', ...args];
const testsIn = (folder, recursive = true) =>
  readdirSync(join(root, folder), { recursive })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `${folder}/${file}`);
/** A row for each test file of a folder, called after both. */
const rowsOf = (project, folder) =>
  testsIn(folder)
    .filter((file) => file !== randomModules)
    .map((file) => [`${project}/${basename(file, '.test.ts')}`, vitest('--project', project, file)]);

const updateFaults = 'test/cli/update.faults.test.ts';
const laws = ['lines.laws', 'lines.git', 'trees', 'trees.endings'].map((it) => `test/core/merge/${it}.test.ts`);
const randomModules = 'test/e2e/random-modules.test.ts';
const draws = [...testsIn('test', false), ...testsIn('test/core')].filter((file) => !laws.includes(file));
const commands = testsIn('test/cli').filter((file) => file !== updateFaults);

const rows = new Map([
  ['source', ['npm', 'run', '--silent', 'check:source']],
  ['draws', vitest('--project', 'core', ...draws)],
  ['laws', vitest('--project', 'core', ...laws)],
  ['cli', vitest('--project', 'cli', ...commands)],
  ['io', vitest('--project', 'io')],
  ['update-faults', vitest('--project', 'cli', updateFaults)],
  ...rowsOf('e2e', 'test/e2e'),
  ...['fastify', 'fastapi'].flatMap((stack) =>
    [1, 2, 3, 4].map((part) => [
      `e2e/random-modules/${stack}-${part}`,
      ['env', `PART=${stack} ${part}`, ...vitest('--project', 'e2e', randomModules)],
    ]),
  ),
  ...rowsOf('apps', 'test/apps'),
  ...['fastify-autoload', 'fastify-autoload.attached', 'verify'].map((row) => [
    `apps/${row}`,
    ['bash', 'scripts/nightly/with-mariadb.sh', ...vitest('--project', 'apps', `test/apps/rows/${row}.test.ts`)],
  ]),
  ...['compare', 'schemathesis', 'wire'].map((it) => [
    `conformance/${it}`,
    vitest('--project', 'conformance', `test/conformance/${it}`),
  ]),
  ...rowsOf('conformance', 'test/conformance/rows'),
  ...rowsOf('faults', 'test/faults/rows'),
  ...rowsOf('soak', 'test/soak/rows'),
]);

const chosen = names.length === 0 ? [...rows.keys()] : [...new Set(names.flatMap(rowsCalled))];
const folder = resultsFolder();
const fileOf = (row, kind) => join(folder, `${row}.${kind}`);
if (flags.restart) for (const row of chosen) rmSync(fileOf(row, 'json'), { force: true });

if (flags.list) for (const row of chosen) console.log(resultOf(row) ? lineOf(row) : row);
else if (process.exitCode !== 2) await runAll();

/** The rows of this name, or of this folder: `faults` is all of `faults/…`. */
function rowsCalled(name) {
  const found = [...rows.keys()].filter((row) => row === name || row.startsWith(`${name}/`));
  if (found.length > 0) return found;
  console.error(`There is no row ${name}. \`npm run nightly -- --list\` prints the rows.`);
  process.exitCode = 2;
  return [];
}

/** Where the results of this commit are kept. Uncommitted changes have no name, so their results are not kept. */
function resultsFolder() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isClean = git('status', '--porcelain') === '';
  const place = join(root, '.cache/nightly', isClean ? git('rev-parse', 'HEAD') : 'uncommitted');
  if (!isClean && !flags.list) rmSync(place, { recursive: true, force: true });
  return place;
}

function resultOf(row) {
  const file = fileOf(row, 'json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function lineOf(row) {
  const { passed, seconds } = resultOf(row);
  return `${row.padEnd(34)} ${passed ? 'passed' : 'FAILED'} ${`${seconds} s`.padStart(8)}`;
}

async function runAll() {
  const seed = process.env.DRAW_SEED ?? String(randomInt(2 ** 30));
  console.log(`Results: ${folder}\nDRAW_SEED=${seed} draws the same again.`);
  for (const row of chosen) {
    if (resultOf(row)?.passed) console.log(`${lineOf(row)} (kept)`);
    else await runRow(row, seed);
  }
  console.log(`\n${chosen.map(lineOf).join('\n')}`);
  if (chosen.some((row) => /^(?:faults|soak)\//.test(row))) console.log(`\n${faultsTable(root)}`);
  const failed = chosen.filter((row) => !resultOf(row).passed).length;
  console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function runRow(row, seed) {
  const log = fileOf(row, 'log');
  mkdirSync(dirname(log), { recursive: true });
  const begin = performance.now();
  const passed = (await statusOf(rows.get(row), seed, log)) === 0;
  const seconds = Math.round((performance.now() - begin) / 1000);
  writeFileSync(fileOf(row, 'json'), JSON.stringify({ row, passed, seconds, seed }));
  console.log(lineOf(row));
  if (!passed)
    console.log(`${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-40).join('\n')}\nAll of it: ${log}`);
}

/** Runs a command with its output in a file. What is missing on the machine fails, as CI=true has it. */
function statusOf([program, ...args], seed, log) {
  const out = openSync(log, 'w');
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, CI: 'true', NO_COLOR: '1', DRAWS: 'nightly', DRAW_SEED: seed },
    stdio: ['ignore', out, out],
    timeout: minutesPerRow * 60_000,
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => {
      closeSync(out);
      resolve(code ?? 1);
    });
  });
}
