import { type AppFiles, folderName, pathOf } from '../application.ts';
import { mentionedTargets } from '../server-commands.ts';

/** How files of an application import each other: from which folder, and by which name a file is imported. */
export interface ImportNames {
  /** The folder that absolute imports start from: `` or `src`. */
  readonly root: string;
  /** Other folders that some imports start from: the application has two import names. */
  readonly others: readonly string[];
  /** Names that the entry point may have as well, if nothing in the application shows which one it has: `app.main`. */
  readonly possible: readonly string[];
}

const statement =
  /^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w.]*))(?:[ \t]+\(?\s*(\w+))?/gm;

/**
 * The folder that imports start from: the one from which a server finds the first of `targets`, such as `app.main:app`, else
 * the one that most absolute imports fit.
 */
export function importNames(files: AppFiles, entry: string, targets: readonly string[]): ImportNames {
  const python = files.paths.filter((path) => path.endsWith('.py'));
  const known = new Set(python);
  const roots = ['', ...foldersAbove(entry)];
  const votes = new Map<string, number>();
  for (const path of python) {
    for (const [, from, plain, name = ''] of (files.read(path) ?? '').matchAll(statement)) {
      const place = (from ?? plain ?? '').replaceAll('.', '/');
      const candidates = [
        `${place}.py`,
        `${place}/__init__.py`,
        ...(from === undefined ? [] : [`${place}/${name}.py`]),
      ];
      for (const root of roots)
        if (candidates.some((candidate) => known.has(pathOf(root, candidate))))
          votes.set(root, (votes.get(root) ?? 0) + 1);
    }
  }
  const sorted = [...votes].sort(([a, x], [b, y]) => y - x || a.length - b.length).map(([root]) => root);
  const rootOf = (all: readonly string[]) =>
    all.flatMap((target) => rootsOf(python, target.split(':')[0] ?? '')).find((root) => roots.includes(root));
  const mentioned = mentionedTargets(files);
  const root = rootOf(targets) ?? sorted[0] ?? rootOf(mentioned);
  if (root !== undefined) return { root, others: sorted.filter((other) => other !== root), possible: [] };
  const assumed = { root: outermostWithoutInit(files, entry), others: [], possible: [] };
  // A package shows its name, relative imports work with every name, and `fastapi run` starts a file by its path.
  const isRun = mentioned.some((path) => `/${entry}`.endsWith(`/${path}`));
  if (isRun || assumed.root !== folderName(entry) || isRelative(files, assumed, entry)) return assumed;
  const above = roots.filter((one) => one !== assumed.root).sort((a, b) => b.length - a.length);
  return { ...assumed, possible: above.map((one) => moduleName({ root: one }, entry)) };
}

/** The folders from which a file has this module name. */
function rootsOf(paths: readonly string[], module: string): string[] {
  const path = `${module.replaceAll('.', '/')}.py`;
  return paths
    .filter((one) => one === path || one.endsWith(`/${path}`))
    .map((one) => one.slice(0, -path.length).replace(/\/$/, ''));
}

/**
 * The specifier by which the file `from` imports another one. Relative names work under every import name.
 */
export function specifierOf(names: ImportNames, from: string, to: string, isRelative: boolean): string {
  const target = moduleName(names, to).split('.');
  if (!isRelative) return target.join('.');
  const parts = moduleName(names, from).split('.');
  const folder = from.endsWith('__init__.py') ? parts : parts.slice(0, -1);
  let shared = 0;
  while (shared < folder.length && shared < target.length && folder[shared] === target[shared]) shared += 1;
  return `${'.'.repeat(folder.length - shared + 1)}${target.slice(shared).join('.')}`;
}

/** Whether the application imports its own files by relative names, or can only do so. */
export function isRelative(files: AppFiles, names: ImportNames, entry: string): boolean {
  const text = files.read(entry) ?? '';
  const own = moduleName(names, entry).split('.')[0] ?? '';
  const usesNames = new RegExp(`^(?:from|import)[ \\t]+${own}\\b`, 'm').test(text);
  return (/^from[ \t]+\./m.test(text) && !usesNames) || (names.others.length > 0 && !usesNames);
}

/** The name that a file or folder is imported by. */
export function moduleName({ root }: Pick<ImportNames, 'root'>, path: string): string {
  const inside = root === '' ? path : path.slice(root.length + 1);
  return inside.replace(/(\/__init__)?\.py$/, '').replaceAll('/', '.');
}

/** Without any import of its own files: the folder around the outermost package. */
function outermostWithoutInit({ paths }: AppFiles, entry: string): string {
  let folder = folderName(entry);
  while (folder !== '' && paths.includes(`${folder}/__init__.py`)) folder = folderName(folder);
  return folder;
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderName(path); folder !== ''; folder = folderName(folder)) folders.push(folder);
  return folders;
}
