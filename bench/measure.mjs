// Measures whole processes in rotation, so that changes in machine load affect all subjects equally.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const preload = fileURLToPath(new URL('./usage.cjs', import.meta.url));

/**
 * Runs each subject `rounds` times after one warm-up. A subject has a `name`, an `argv` for node, a `cwd` and an optional
 * `prepare`, which is not measured. Returns medians: wall and CPU time in milliseconds, peak memory in MiB.
 */
export function measure(subjects, rounds) {
  const samples = new Map(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of subjects) {
      const sample = runOnce(subject);
      if (round > 0) samples.get(subject.name).push(sample);
    }
  }
  return new Map(
    [...samples].map(([name, runs]) => [
      name,
      { wall: median(runs, 'wall'), cpu: median(runs, 'cpu'), rss: median(runs, 'rss') },
    ]),
  );
}

function runOnce({ name, argv, cwd, prepare }) {
  prepare?.();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const usage = join(folder, 'usage');
  writeFileSync(usage, '');
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, argv, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: `--require ${preload}`, BENCH_USAGE: usage, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const wall = Number(process.hrtime.bigint() - began) / 1e6;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  const processes = readFileSync(usage, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  rmSync(folder, { recursive: true });
  return { wall, cpu: sum(processes, 'cpu'), rss: Math.max(...processes.map(({ rss }) => rss)) };
}

function sum(items, key) {
  return items.reduce((total, item) => total + item[key], 0);
}

function median(runs, key) {
  const sorted = runs.map((run) => run[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
