// Runs the tests, fast ones first, and prints one line with the totals. Passes arguments to vitest:
// `npm test -- --project core`. The tests of the Node runtime are the project `runtime-node`: they use the packages of
// the runtime.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const runtime = join(root, 'runtimes/node');
const args = process.argv.slice(2);
const isOfRuntime = args.includes('runtime-node');
const folder = mkdtempSync(join(tmpdir(), 'create-ai-module-test-'));

const runs = [];
if (!isOfRuntime) runs.push(vitest(root, args));
if (args.length === 0 || isOfRuntime) {
  if (!existsSync(join(runtime, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], runtime);
  runs.push(vitest(runtime, []));
}
rmSync(folder, { recursive: true, force: true });

const sum = (count) => runs.reduce((total, each) => total + count(each), 0);
const skipped = runs.flatMap((each) => each.skipped);
for (const { name, title } of skipped) console.log(`skipped: ${name}: ${title}`);
const missed = process.env.CI === 'true' ? skipped.length : 0;
if (missed > 0) console.log('With CI=true no test may be skipped.');
const failed = sum((each) => each.failed) + missed + sum((each) => (each.status === 0 || each.failed > 0 ? 0 : 1));
const passed = sum((each) => each.passed);
console.log(`${passed} passed, ${failed} failed${skipped.length > missed ? `, ${skipped.length} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs vitest in a folder, and returns its exit code and counts. */
function vitest(cwd, more) {
  const report = join(folder, `report-${runs.length}.json`);
  const bin = join(cwd, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { status: run(process.execPath, [bin, 'run', ...reporters, ...more], cwd), ...countsOf(report) };
}

function run(command, argv, cwd) {
  return spawnSync(command, argv, { cwd, stdio: 'inherit' }).status;
}

/** The counts of the report. A run that could not start has no report and counts as zero. */
function countsOf(file) {
  let results;
  try {
    results = JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
  const tests = results.flatMap((suite) =>
    suite.assertionResults.map((test) => ({
      name: suite.name.slice(root.length),
      title: test.fullName,
      status: test.status,
    })),
  );
  const of = (...statuses) => tests.filter((test) => statuses.includes(test.status));
  return { passed: of('passed').length, failed: of('failed').length, skipped: of('skipped', 'pending', 'todo') };
}
