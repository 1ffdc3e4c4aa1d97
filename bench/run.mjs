// npm run bench: the time of `--version` and `new`, relative to `node -e 0` in the same run and to other tools that write
// the same files. This is not a test: the limits are targets, and results vary on a busy machine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.mjs';
import { peers } from './peers.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'dist/create-ai-module.cjs');
const rounds = Number(process.argv[2] ?? 15);
const name = 'document_search';

const host = mkdtempSync(join(tmpdir(), 'bench-host-'));
execFileSync(process.execPath, [bin, 'host', 'init', host, '--stack', 'fastify', '--yes']);
const newArgs = ['new', name, '--description', 'Finds documents.', '--author', 'A Bench', '--yes'];
const files = filesOfModule();

const ours = [
  { name: 'node -e 0', argv: ['-e', '0'], cwd: host },
  { name: 'create-ai-module --version', argv: [bin, '--version'], cwd: host },
  {
    name: 'create-ai-module new',
    argv: [bin, ...newArgs],
    cwd: host,
    prepare: () => rmSync(join(host, 'src/ai/modules', name), { recursive: true, force: true }),
  },
];
const results = measure([...ours, ...peers(join(root, '.cache/bench'), files, name)], rounds);
rmSync(host, { recursive: true });

const floor = results.get('node -e 0');
console.log(
  `${files.length} files, ${rounds} rounds in turns, medians; × is the ratio to node -e 0 in this run (Node ${process.version})\n`,
);
console.log('| command | wall ms | wall × | CPU ms | CPU × | peak MiB |\n|---|--:|--:|--:|--:|--:|');
for (const [subject, { wall, cpu, rss }] of results) {
  console.log(
    `| ${subject} | ${wall.toFixed(0)} | ${(wall / floor.wall).toFixed(2)} | ${cpu.toFixed(0)} | ${(cpu / floor.cpu).toFixed(2)} | ${rss.toFixed(0)} |`,
  );
}
console.log('');
mark('--version at most 1.1 × in wall time', results.get('create-ai-module --version').wall / floor.wall, 1.1);
const fastestPeer = Math.min(
  ...[...results].flatMap(([name, { wall }]) => (/^(hygen|plop) /.test(name) ? [wall] : [])),
);
mark('new at most 1.0 × hygen and plop in wall time', results.get('create-ai-module new').wall / fastestPeer, 1);
mark('new at most 64 MiB', results.get('create-ai-module new').rss, 64);

if (process.platform === 'linux') await import('./checking.mjs');
else console.log('\nWhat validate costs is measured on Linux only.');

function mark(aim, value, limit) {
  console.log(`${value <= limit ? 'met    ' : 'not met'}  ${aim}: ${value.toFixed(2)}`);
}

/** What `new` writes, as [path in the module, text]: the peers write the same. */
function filesOfModule() {
  const output = execFileSync(process.execPath, [bin, ...newArgs, '--host', host, '--dry-run', '--json'], {
    maxBuffer: 1e8,
  });
  const { folder, changes } = JSON.parse(output.toString());
  const own = changes.filter(({ path }) => path.startsWith(`${folder}/`));
  return own.map(({ path, content }) => [path.slice(folder.length + 1), content]);
}
