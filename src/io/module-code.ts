import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CodeReader } from '../core/check/check-code.ts';
import { ignoredFolders } from './read-tree.ts';

const endings = ['.py', '.ts', '.mts', '.js', '.mjs'];
/** Code that runs in tests and while tables change is not what the module does. */
const otherCode = new Set([...ignoredFolders, 'dist', 'migrations', 'test', 'tests']);
/** More, or larger, is no source of a module. */
const [maxFiles, maxBytes] = [500, 1_000_000];

/** Reads the code beside a manifest, and what it says; what cannot be read is not judged. */
export function codeReader(cwd: string): CodeReader {
  return async ({ file, folder }) => {
    if (folder === undefined) return undefined;
    const texts = readSources(dirname(resolve(cwd, file)));
    if (texts === undefined || texts.size === 0) return undefined;
    const { readCode } = await import('../core/check/code/read-code.ts');
    return readCode(texts, folder);
  };
}

/** Texts of those of `files` that can be read: for showing lines of them. */
export function readTexts(cwd: string, files: Iterable<string>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of files) {
    try {
      texts.set(file, readFileSync(resolve(cwd, file), 'utf8'));
    } catch {
      // It was there a moment ago: its findings are shown without their lines.
    }
  }
  return texts;
}

function readSources(root: string): Map<string, string> | undefined {
  const texts = new Map<string, string>();
  const enter = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.') && !otherCode.has(entry.name)) enter(path);
      if (!entry.isFile() || !isSource(entry.name)) continue;
      if (texts.size >= maxFiles || statSync(join(root, path)).size > maxBytes) throw new Error('too much');
      texts.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  try {
    enter('');
    return texts;
  } catch {
    return undefined;
  }
}

function isSource(name: string): boolean {
  const isTest =
    name.startsWith('test_') || name === 'conftest.py' || name.includes('.test.') || name.includes('.spec.');
  return !isTest && endings.some((ending) => name.endsWith(ending));
}
