import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CodeReader } from '../core/check/check-code.ts';
import { isFailure } from '../core/failure.ts';
import { reasonOf } from './apply/disk-error.ts';
import { readText } from './read-file.ts';
import { ignoredFolders } from './read-tree.ts';

const endings = ['.py', '.ts', '.mts', '.js', '.mjs'];
/** Code that runs in tests and while tables change is not what the module does. */
const otherCode = new Set([...ignoredFolders, 'dist', 'migrations', 'test', 'tests']);
/** More, or larger, is no source of a module. */
const [maxFiles, maxBytes] = [500, 1_000_000];

/** Reads the code beside a manifest, and what it says. */
export function codeReader(cwd: string): CodeReader {
  return async ({ file, folder }) => {
    if (folder === undefined) return undefined;
    const { texts, unread } = readSources(dirname(resolve(cwd, file)));
    if (texts.size === 0) return undefined;
    const { readCode } = await import('../core/check/code/read-code.ts');
    return readCode(texts, folder, unread);
  };
}

/** Texts of those of `files` that can be read: for showing lines of them. */
export function readTexts(cwd: string, files: Iterable<string>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of files) {
    try {
      texts.set(file, readText(resolve(cwd, file)));
    } catch {
      // It was there a moment ago: its findings are shown without their lines.
    }
  }
  return texts;
}

interface Sources {
  readonly texts: ReadonlyMap<string, string>;
  /** What could not be read, and why; folders have a slash behind their names. */
  readonly unread: ReadonlyMap<string, string>;
}

function readSources(root: string): Sources {
  const [texts, unread] = [new Map<string, string>(), new Map<string, string>()];
  const trying = (path: string, read: () => void): void => {
    try {
      read();
    } catch (error) {
      unread.set(path, whyUnread(error));
    }
  };
  const enter = (folder: string): void =>
    trying(folder, () => {
      for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
        const path = `${folder}${entry.name}`;
        const isFolder = isA(root, path, entry, 'isDirectory') && !entry.name.startsWith('.');
        if (isFolder && !otherCode.has(entry.name)) {
          if (entry.isSymbolicLink()) unread.set(`${path}/`, 'is a link to a folder, which is not followed');
          else enter(`${path}/`);
        } else if (isSource(entry.name) && isA(root, path, entry, 'isFile')) trying(path, () => add(path));
      }
    });
  const add = (path: string): void => {
    if (texts.size >= maxFiles) unread.set(path, `comes after ${maxFiles} others, and no more are read`);
    else texts.set(path, readText(join(root, path), maxBytes));
  };
  enter('');
  return { texts, unread };
}

function whyUnread(error: unknown): string {
  if (isFailure(error, 'file-too-large')) return `has more than ${maxBytes} bytes`;
  return `cannot be read: ${isFailure(error, 'file-unreadable') ? error.args.reason : reasonOf(error)}`;
}

/** Links are what they lead to; those that lead nowhere, or in a circle, are nothing. */
function isA(root: string, path: string, entry: Dirent, kind: 'isFile' | 'isDirectory'): boolean {
  if (!entry.isSymbolicLink()) return entry[kind]();
  try {
    return statSync(join(root, path))[kind]();
  } catch {
    return false;
  }
}

function isSource(name: string): boolean {
  const isTest =
    name.startsWith('test_') || name === 'conftest.py' || name.includes('.test.') || name.includes('.spec.');
  return !isTest && endings.some((ending) => name.endsWith(ending));
}
