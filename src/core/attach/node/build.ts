import { type AppFiles, baseName, folderName, pathOf } from '../application.ts';
import { parseJsonWithComments } from '../edit-json.ts';
import type { Package } from './read-node.ts';

/** How the application's files are compiled. */
export interface Build {
  readonly moduleKind: 'esm' | 'commonjs';
  readonly isTypeScript: boolean;
  /** Whether `import x from` works for packages of CommonJS. */
  readonly hasDefaultImports: boolean;
  /** The extension in imports of the application's own files: `.js`, `.ts` or none. */
  readonly importEnding: string;
  /** The same in `import()`, which is resolved as in ES modules with `module: nodenext`. */
  readonly dynamicEnding: string;
  /** The script that compiles, such as `build`; `undefined` if nothing is compiled. */
  readonly script: string | undefined;
  /** The configurations of TypeScript that say which files scripts leave out when they compile or check them. */
  readonly configs: readonly string[];
  readonly outDir: string;
  /** Where a compiled file of a folder ends up: `dist/ai` for `src/ai`. */
  readonly outputOf: (folder: string) => string;
}

export function readBuild(
  files: AppFiles,
  { type, scripts, dependencies, devDependencies }: Package,
  entry: string,
): Build {
  const isTypeScript = /\.[cm]?ts$/.test(entry);
  const configs = isTypeScript
    ? [configOf(files, scripts), 'tsconfig.json'].flatMap((path) => configsFrom(files, path))
    : [];
  const found = (name: string) => configs.find(({ options }) => options[name] !== undefined);
  const option = (name: string) => {
    const value = found(name)?.options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const output = option('outDir');
  const given = output && joined(folderName(found('outDir')?.path ?? ''), output.replace(/\/$/, ''));
  const outDir = given ?? 'dist';
  const script = Object.keys(scripts).find((name) => name === 'build' && compiles(scripts[name] ?? ''));
  const started = Object.values(scripts).join('\n');
  const moduleKind = kindOf(files, entry, type, option('module'));
  const isBundled = /^bundler$/i.test(option('moduleResolution') ?? '');
  const importEnding = endingOf(files, entry, moduleKind === 'esm' && !isBundled);
  return {
    moduleKind,
    isTypeScript,
    dynamicEnding: importEnding === '' && /^node(16|18|20|next)$/i.test(option('module') ?? '') ? '.js' : importEnding,
    hasDefaultImports: found('esModuleInterop')?.options.esModuleInterop === true || type === 'module' || !isTypeScript,
    importEnding,
    script: isTypeScript && given !== undefined ? script : undefined,
    configs: isTypeScript ? excludingConfigs(files, scripts) : [],
    outDir,
    outputOf: (folder) => outputOf(folder, entry, outDir, option('rootDir'), started),
  };

  function compiles(command: string): boolean {
    return (
      /\b(tsc|nest build|swc)\b/.test(command) || (devDependencies.typescript ?? dependencies.typescript) !== undefined
    );
  }
}

function configOf({ paths }: AppFiles, scripts: Package['scripts']): string | undefined {
  const [named] = projectsIn(scripts.build ?? '');
  if (named !== undefined && paths.includes(named)) return named;
  if (/\bnest build\b/.test(scripts.build ?? '') && paths.includes('tsconfig.build.json')) return 'tsconfig.build.json';
  return paths.includes('tsconfig.json') ? 'tsconfig.json' : undefined;
}

/** The configurations that a script passes to tsc. */
function projectsIn(script: string): string[] {
  return [...script.matchAll(/\btsc\b([^&|;]*)/g)].map(([, options = '']) => {
    const given = /(?:^|\s)(?:-p|--project|-b|--build)[ =](\S+)/.exec(options)?.[1]?.replace(/^\.\//, '') ?? '';
    return given.endsWith('.json') ? given : pathOf(given.replace(/\/$/, ''), 'tsconfig.json');
  });
}

/** A list of `exclude` counts for the configurations that extend its file, unless they have a list of their own. */
function excludingConfigs(files: AppFiles, scripts: Package['scripts']): string[] {
  const used = [configOf(files, scripts), ...Object.values(scripts).flatMap(projectsIn)];
  const found = used.flatMap((path) => {
    const chain = configsFrom(files, path);
    return chain.find(({ hasExclude }) => hasExclude) ?? chain.at(-1) ?? [];
  });
  return [...new Set(found.map(({ path }) => path))];
}

interface Config {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly hasExclude: boolean;
}

/** A configuration and those of the application that it extends, the one that overrides the others first. */
function configsFrom(files: AppFiles, path: string | undefined, above: readonly string[] = []): Config[] {
  if (path === undefined || !files.paths.includes(path) || above.includes(path)) return [];
  const value = parseJsonWithComments(files.read(path) ?? '') as
    | { extends?: string | string[]; compilerOptions?: Record<string, unknown>; exclude?: string[] }
    | undefined;
  const bases = [value?.extends ?? []].flat().filter((base) => base.startsWith('.'));
  const inherited = bases
    .toReversed()
    .flatMap((base) =>
      configsFrom(files, joined(folderName(path), base.endsWith('.json') ? base : `${base}.json`), [...above, path]),
    );
  return [{ path, options: value?.compilerOptions ?? {}, hasExclude: value?.exclude !== undefined }, ...inherited];
}

/** A path in a folder of the application; `undefined` if it leads out of it. */
function joined(folder: string, path: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/'))
    if (part !== '..') parts.push(...(part === '.' ? [] : [part]));
    else if (parts.pop() === undefined) return undefined;
  return parts.join('/');
}

function kindOf(
  files: AppFiles,
  entry: string,
  type: string | undefined,
  module: string | undefined,
): Build['moduleKind'] {
  if (/\.m[jt]s$/.test(entry)) return 'esm';
  if (/\.c[jt]s$/.test(entry)) return 'commonjs';
  const isModule = type === 'module';
  if (module !== undefined && entry.endsWith('.ts')) {
    if (/^(commonjs|umd|amd)$/i.test(module)) return 'commonjs';
    return isModule || !/^(node\w*)$/i.test(module) ? (isModule ? 'esm' : 'commonjs') : 'commonjs';
  }
  if (isModule) return 'esm';
  return entry.endsWith('.ts') && /\bimport\.meta\b/.test(files.read(entry) ?? '') ? 'esm' : 'commonjs';
}

/** As most relative imports of the entry point, or of its neighbours. */
function endingOf({ paths, read }: AppFiles, entry: string, isEsm: boolean): string {
  const near = paths.filter((path) => /\.[cm]?[jt]s$/.test(path) && path.startsWith(folderName(entry))).slice(0, 200);
  const count = new Map<string, number>();
  for (const path of [entry, ...near])
    for (const [, specifier = ''] of (read(path) ?? '').matchAll(
      /(?:from|import\(|require\()\s*['"](\.{1,2}\/[^'"]+)['"]/g,
    )) {
      const ending = /\.([cm]?[jt]s)$/.exec(specifier)?.[0] ?? '';
      count.set(ending, (count.get(ending) ?? 0) + 1);
    }
  const [best] = [...count].sort(([, a], [, b]) => b - a);
  return best?.[0] ?? (isEsm ? '.js' : '');
}

/** From the command that starts the compiled entry point, else from the root of the compiled files. */
function outputOf(folder: string, entry: string, outDir: string, rootDir: string | undefined, started: string): string {
  const stem = baseName(entry).replace(/\.[cm]?ts$/, '');
  const target = new RegExp(`(?<![\\w/-])(?:\\./)?(${outDir}(?:/[\\w-]+)*)/${stem}(?:\\.[cm]?js)?\\b`).exec(
    started,
  )?.[1];
  const from = folderName(entry);
  if (target !== undefined && (folder === from || folder.startsWith(`${from}/`) || from === ''))
    return pathOf(target, from === '' ? folder : folder.slice(from.length + 1));
  const root = (rootDir ?? (folder.startsWith('src/') ? 'src' : '')).replace(/^\.\/?/, '').replace(/\/$/, '');
  return pathOf(outDir, root !== '' && folder.startsWith(`${root}/`) ? folder.slice(root.length + 1) : folder);
}
