// npm run laws [seed]: the laws of merging on 100,000 random triples of texts, fresh ones each time, and an update of
// thirty modules that fails at every one of its steps. What CI tries a part of, every night.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const seed = process.argv[2] ?? String(randomInt(2 ** 31));
console.log(`seed ${seed}: \`npm run laws ${seed}\` tries the same again.`);

const files = ['test/core/text/line-merge', 'test/core/tree/merge-trees', 'test/cli/update.faults'];
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=verbose', ...files],
  {
    cwd: root,
    env: { ...process.env, MERGE_TRIPLES: '100000', MERGE_SEED: seed, UPDATE_FAULTS: 'all' },
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
