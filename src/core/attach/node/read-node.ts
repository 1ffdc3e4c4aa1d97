import type { CodeFile, Expression } from '../../code/expression.ts';
import { parseTypescript } from '../../code/typescript/parse-typescript.ts';
import { isRequired } from '../../code/typescript/typescript-declarations.ts';
import { type AppFiles, type Evidence, findIn } from '../application.ts';

/** package.json, reduced to what is read from it. */
export interface Package {
  readonly type?: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly jest?: object;
}

export function readPackage(files: AppFiles): Package | undefined {
  try {
    const value = JSON.parse((files.read('package.json') ?? '').replace(/^\ufeff/, '')) as Partial<Package>;
    return { scripts: {}, dependencies: {}, devDependencies: {}, ...value };
  } catch {
    return undefined;
  }
}

/** The line of package.json with a dependency. */
export function dependencyAt(files: AppFiles, name: string): Evidence {
  const found = findIn(files, 'package.json', new RegExp(`"${name.replaceAll('/', '\\/')}"\\s*:`));
  return { file: 'package.json', line: found?.line ?? 1 };
}

/** The code of a Node application. Files are parsed when they are needed. */
export interface NodeCode {
  readonly files: AppFiles;
  readonly paths: readonly string[];
  readonly file: (path: string) => CodeFile | undefined;
}

const isOther = (path: string) =>
  /(^|\/)(tests?|__tests__|e2e|migrations|seeds?|scripts|docs|examples?|public)\//.test(path) ||
  /\.(test|spec|e2e-spec|d|config)\.[cm]?[jt]s$/.test(path);

export function nodeCode(files: AppFiles): NodeCode {
  const paths = files.paths.filter((path) => /\.[cm]?[jt]s$/.test(path) && !isOther(path));
  const parsed = new Map<string, CodeFile | undefined>();
  const file = (path: string) => {
    if (!parsed.has(path)) {
      const text = files.read(path);
      parsed.set(path, text === undefined ? undefined : parseTypescript(path, text));
    }
    return parsed.get(path);
  };
  return { files, paths, file };
}

/** The package that a name comes from, with `import` or `require`. */
export function packageOf(file: CodeFile, expression: Expression): string | undefined {
  if (expression.kind === 'call') return requiredPackage(expression);
  if (expression.kind !== 'name') return undefined;
  const imported = file.imports.get(expression.name);
  if (imported) return imported.from;
  const [binding] = file.bindings.get(expression.name) ?? [];
  return binding?.value && requiredPackage(binding.value);
}

function requiredPackage(expression: Expression): string | undefined {
  if (!isRequired(expression)) return undefined;
  const [name] = expression.args;
  return name?.kind === 'text' ? name.text : undefined;
}
