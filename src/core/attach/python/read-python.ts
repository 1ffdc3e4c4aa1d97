import type { CodeFile } from '../../code/expression.ts';
import { type FindFile, Program } from '../../code/program.ts';
import { parsePython } from '../../code/python/parse-python.ts';
import { type AppFiles, folderName, pathOf } from '../application.ts';

/** The code of a Python application. Files are parsed when they are needed. */
export interface PythonCode {
  readonly files: AppFiles;
  readonly paths: readonly string[];
  readonly file: (path: string) => CodeFile | undefined;
  readonly program: Program;
  /** The path of the file that an import refers to. */
  readonly find: (from: string, specifier: string) => string | undefined;
}

/** Whether a file of Python defines or imports a name. */
export function definesName({ read }: AppFiles, path: string, name: string): boolean {
  const text = path.endsWith('.py') ? read(path) : undefined;
  const file = text === undefined ? undefined : parsePython(path, text);
  return file !== undefined && (file.bindings.has(name) || file.imports.has(name));
}

const isOther = (path: string) =>
  /(^|\/)(tests?|migrations|alembic|versions|docs|examples?|scripts)\//.test(path) ||
  /(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$|^setup\.py$/.test(path);

export function pythonCode(files: AppFiles, root: string): PythonCode {
  const all = new Set(files.paths.filter((path) => path.endsWith('.py')));
  const parsed = new Map<string, CodeFile | undefined>();
  const file = (path: string) => {
    if (!parsed.has(path)) {
      const text = files.read(path);
      parsed.set(path, text === undefined ? undefined : parsePython(path, text));
    }
    return parsed.get(path);
  };
  const find = (from: string, specifier: string) => {
    const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
    const words = specifier
      .slice(dots)
      .split('.')
      .filter((word) => word !== '');
    let base = folderName(from);
    for (let up = 1; up < dots; up += 1) base = folderName(base);
    const folders = dots > 0 ? [base] : [root, folderName(root), folderName(from)];
    return folders
      .map((folder) => pathOf(folder, ...words))
      .flatMap((path) => [`${path}.py`, pathOf(path, '__init__.py')])
      .find((path) => all.has(path));
  };
  const findFile: FindFile = (from, specifier) => {
    const path = find(from.path, specifier);
    return path === undefined ? undefined : file(path);
  };
  return { files, paths: [...all].filter((path) => !isOther(path)), file, program: new Program(findFile), find };
}
