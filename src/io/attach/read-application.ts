import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { AppFiles, Workspace } from '../../core/attach/application.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { lockFiles } from '../../core/pack/package-manager.ts';
import { readText } from '../fs/read-file.ts';
import { ignoredFolders, pathsBelow } from '../fs/read-tree.ts';

/** Folders without source of the application. */
const skipped = new Set([
  ...ignoredFolders,
  '.data',
  '.next',
  '.nuxt',
  '.tox',
  'build',
  'coverage',
  'dist',
  'htmlcov',
  'site-packages',
  'venv',
]);
/** Beyond this size a file is data. */
const maxBytes = 1_000_000;
const maxFiles = 20_000;

const declaring = ['package.json', 'pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py'];

/** Whether a folder has a file that declares dependencies. Checked before a folder is searched that may be large. */
export function isApplicationFolder(folder: string): boolean {
  return declaring.some((name) => existsSync(join(folder, name)));
}

/** The files of an application. Throws `target-unusable` if there are too many to be one. */
export function readApplication(root: string): AppFiles {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure('target-unusable', { path: root, reason: 'it is not a folder' });
  const paths = pathsBelow(root, skipped).filter((path) => !path.includes('/.venv'));
  if (paths.length > maxFiles)
    throw new Failure('target-unusable', { path: root, reason: `it has more than ${maxFiles} files` });
  const texts = new Map<string, string | undefined>();
  const known = new Set<string>(paths);
  const unreadable = new Set<string>();
  const read = (path: string): string | undefined => {
    if (!known.has(path)) return undefined;
    if (!texts.has(path))
      texts.set(
        path,
        textOf(join(root, path), () => unreadable.add(path)),
      );
    return texts.get(path);
  };
  const workspace = workspaceOf(root);
  return { paths, read, unreadable, ...(workspace && { workspace }) };
}

/** The readable files of code below `root`, however many there are: path and text. */
export function* codeBelow(root: string): Generator<readonly [path: string, text: string]> {
  for (const path of pathsBelow(root, skipped)) {
    const isCode = /\.(?:py|[cm]?[jt]sx?)$/.test(path) && !path.includes('/.venv');
    const text = isCode ? textOf(join(root, path), () => {}) : undefined;
    if (text !== undefined) yield [path, text];
  }
}

/** The nearest folder above with lock files, up to the root of the repository. */
function workspaceOf(root: string): Workspace | undefined {
  if (existsSync(join(root, '.git'))) return undefined;
  for (let folder = dirname(root); dirname(folder) !== folder; folder = dirname(folder)) {
    const locks = lockFiles.filter((name) => existsSync(join(folder, name)));
    // Without a repository nothing shows where a workspace ends.
    if (locks.length > 0 && isInRepository(folder))
      return { folder: relative(folder, root).replaceAll(sep, '/'), locks };
    if (existsSync(join(folder, '.git'))) return undefined;
  }
  return undefined;
}

function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)));
}

function textOf(file: string, onUnreadable: () => void): string | undefined {
  try {
    return readText(file, maxBytes);
  } catch (error) {
    if (!isFailure(error, 'file-too-large')) onUnreadable();
    return undefined;
  }
}
