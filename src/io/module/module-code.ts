import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isFailure } from '../../core/failure.ts';
import type { CodeReader } from '../../core/lint/check-code.ts';
import { mergeBasePath } from '../../core/lock/lock.ts';
import { lastName } from '../../core/lock/merge-base.ts';
import { isUnresolved, mayHaveConflict, originalOf } from '../../core/merge/leftovers.ts';
import { reasonOf } from '../fs/disk-error.ts';
import { readText } from '../fs/read-file.ts';
import { ignoredFolders } from '../fs/read-tree.ts';

const endings = ['.py', '.ts', '.mts', '.js', '.mjs'];
/** Tests and migrations are not part of the module's behaviour. */
const otherCode = new Set([...ignoredFolders, 'dist', 'migrations', 'test', 'tests']);
/** Beyond these limits the files are not a module's source. */
const [maxFiles, maxBytes] = [500, 1_000_000];

/** Reads and analyses the code beside a manifest. */
export function codeReader(cwd: string): CodeReader {
  return async ({ file, folder }) => {
    if (folder === undefined) return undefined;
    const root = dirname(resolve(cwd, file));
    const { texts, leftovers, unread } = readSources(root);
    if (texts.size === 0) return undefined;
    const { readCode } = await import('../../core/code/read-code.ts');
    const facts = readCode(texts, folder, unread);
    if (facts === undefined) return undefined;
    const [base] = readTexts(root, [mergeBasePath]).values();
    return {
      ...facts,
      texts: new Map([...facts.texts, ...leftovers]),
      ...(base !== undefined && { lastName: lastName(base) }),
    };
  };
}

/** The texts of those `files` that are readable, for showing excerpts. */
export function readTexts(cwd: string, files: Iterable<string>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const file of files) {
    try {
      texts.set(file, readText(resolve(cwd, file), maxBytes));
    } catch {
      // The file was removed meanwhile: its diagnostics are shown without excerpts.
    }
  }
  return texts;
}

interface Sources {
  readonly texts: ReadonlyMap<string, string>;
  /** What conflicts left in other files: texts with markers, and the names of generated versions, without a text. */
  readonly leftovers: ReadonlyMap<string, string>;
  /** Unread paths and the reasons; a folder's path ends with a slash. */
  readonly unread: ReadonlyMap<string, string>;
}

function readSources(root: string): Sources {
  const [texts, leftovers, unread] = [new Map<string, string>(), new Map<string, string>(), new Map<string, string>()];
  const trying = (path: string, read: () => void): void => {
    try {
      read();
    } catch (error) {
      unread.set(path, unreadReason(error));
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
    if (texts.size >= maxFiles) unread.set(path, `exceeds the limit of ${maxFiles} files`);
    else texts.set(path, readText(join(root, path), maxBytes));
  };
  enter('');
  addLeftovers(root, '', texts, leftovers);
  return { texts, leftovers, unread };
}

/** Looks at all other files, such as tests. Leaves out what cannot be read. */
function addLeftovers(root: string, folder: string, texts: Sources['texts'], leftovers: Map<string, string>): void {
  const entries = orEmpty(() => readdirSync(join(root, folder), { withFileTypes: true }), []);
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    const isHidden = entry.name.startsWith('.') || ignoredFolders.has(entry.name) || entry.name === 'dist';
    if (entry.isDirectory() && !isHidden) addLeftovers(root, `${path}/`, texts, leftovers);
    if (!entry.isFile() || texts.has(path)) continue;
    if (originalOf(entry.name, (name) => names.has(name)) !== undefined) leftovers.set(path, '');
    const text = orEmpty(() => (mayHaveConflict(path) ? readText(join(root, path), maxBytes) : ''), '');
    if (isUnresolved(path, text)) leftovers.set(path, text);
  }
}

/** The result of reading, or `empty` if that is impossible. */
function orEmpty<T>(read: () => T, empty: T): T {
  try {
    return read();
  } catch {
    return empty;
  }
}

function unreadReason(error: unknown): string {
  if (isFailure(error, 'file-too-large')) return `has more than ${maxBytes} bytes`;
  return `cannot be read: ${isFailure(error, 'file-unreadable') ? error.args.reason : reasonOf(error)}`;
}

/** Follows a link to its target; a broken or circular link is neither file nor folder. */
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
