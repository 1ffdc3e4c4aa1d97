// Regenerates the examples from their manifests, except hand-written files. Run it after changing a pack. A test
// compares the examples with the output of the packs.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'dist/create-ai-module.cjs');
const examples = JSON.parse(readFileSync(join(root, 'examples/examples.json'), 'utf8'));

for (const [name, { stack, written }] of Object.entries(examples)) {
  const folder = join(root, 'examples', name);
  const host = mkdtempSync(join(tmpdir(), 'example-'));
  execFileSync(process.execPath, [bin, 'host', 'init', host, '--stack', stack, '--yes']);
  const manifest = join(folder, 'manifest.yaml');
  const output = execFileSync(
    process.execPath,
    [bin, 'new', '--from', manifest, '--host', host, '--dry-run', '--json'],
    { maxBuffer: 1e8 },
  );
  const result = JSON.parse(output.toString());
  rmSync(host, { recursive: true });
  const kept = new Set(written);
  removeAllBut(folder, '', kept);
  for (const change of result.changes) {
    const path = change.path.slice(result.folder.length + 1);
    if (kept.has(path) || !change.path.startsWith(`${result.folder}/`)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), change.content);
    chmodSync(join(folder, path), Number.parseInt(change.mode.slice(-3), 8));
  }
}

function removeAllBut(folder, below, kept) {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) removeAllBut(folder, path, kept);
    else if (!kept.has(path)) rmSync(join(folder, path));
  }
}
