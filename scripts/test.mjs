// Runs the tests, fast ones first, and prints one line with the totals. Passes arguments to vitest:
// `npm test -- --project core`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const folder = mkdtempSync(join(tmpdir(), 'create-ai-module-test-'));
const report = join(folder, 'report.json');
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];

const { status } = spawnSync(process.execPath, [vitest, ...args], { cwd: root, stdio: 'inherit' });
const counts = countsOf(report);
rmSync(folder, { recursive: true, force: true });

for (const { name, title } of counts.skipped) console.log(`skipped: ${name}: ${title}`);
const missed = process.env.CI === 'true' ? counts.skipped.length : 0;
if (missed > 0) console.log('With CI=true no test may be skipped.');
const failed = counts.failed + missed + (status === 0 || counts.failed > 0 ? 0 : 1);
console.log(
  `${counts.passed} passed, ${failed} failed${counts.skipped.length > missed ? `, ${counts.skipped.length} skipped` : ''}`,
);
process.exitCode = failed === 0 && status === 0 ? 0 : 1;

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
