import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Tree } from '../../src/core/tree/tree.ts';

const made: string[] = [];

/** Creates a folder that is removed after all tests of the file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'create-ai-module-test-'));
  made.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function writeTree(root: string, tree: Tree): void {
  mkdirSync(root, { recursive: true });
  for (const [path, file] of tree) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), file.content);
    chmodSync(join(root, path), file.mode);
  }
}

/** All entries below a folder, including hidden and empty ones: content, permissions and link targets. */
export function snapshot(root: string, below = ''): Record<string, string> {
  const path = join(root, below);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return { [below]: 'nothing' };
  const mode = (stats.mode & 0o7777).toString(8);
  if (stats.isSymbolicLink()) return { [below]: `link ${readlinkSync(path)}` };
  if (!stats.isDirectory()) return { [below]: `${mode} ${readFileSync(path).toString('latin1')}` };
  const inside = readdirSync(path).map((name) => snapshot(root, below === '' ? name : `${below}/${name}`));
  return Object.assign({ [`${below}/`]: mode }, ...inside);
}
