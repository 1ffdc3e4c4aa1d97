import { type AppFiles, baseName, folderName, joinedPath, pathOf } from '../application.ts';
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
  /** The folder that all compiled code is in, as `rootDir` or the command that starts the application shows. */
  readonly root: string | undefined;
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
    ? [configOf(files, scripts), 'tsconfig.json']
        .flatMap((path) => projectsOf(files, path, entry))
        .flatMap((path) => configsFrom(files, path))
    : [];
  const found = (name: string) => configs.find(({ options }) => options[name] !== undefined);
  const option = (name: string) => {
    const value = found(name)?.options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const folderOf = (name: string) => {
    const value = option(name);
    return value && joinedPath(folderName(found(name)?.path ?? ''), value.replace(/\/$/, ''));
  };
  const given = folderOf('outDir');
  const outDir = given ?? 'dist';
  const script = Object.keys(scripts).find((name) => name === 'build' && compiles(scripts[name] ?? ''));
  const target = targetOf(entry, outDir, Object.values(scripts).join('\n'));
  const root = folderOf('rootDir') ?? rootOf(entry, outDir, target);
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
    configs: isTypeScript ? excludingConfigs(files, scripts, entry) : [],
    outDir,
    root,
    outputOf: (folder) => outputOf(folder, entry, outDir, root, target),
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
function excludingConfigs(files: AppFiles, scripts: Package['scripts'], entry: string): string[] {
  const used = [configOf(files, scripts), ...Object.values(scripts).flatMap(projectsIn)];
  const found = used
    .flatMap((path) => projectsOf(files, path, entry))
    .flatMap((path) => {
      const chain = configsFrom(files, path);
      return chain.find(({ hasExclude }) => hasExclude) ?? chain.at(-1) ?? [];
    });
  return [...new Set(found.map(({ path }) => path))];
}

/** With `tsc -b`: a configuration itself if it has the entry point, and those of its references that have it. */
function projectsOf(files: AppFiles, path: string | undefined, entry: string): string[] {
  if (path === undefined) return [];
  const found = referencesOf(files, path).filter((one) => hasFile(configsFrom(files, one), entry));
  return found.length === 0 ? [path] : found;
}

/** A configuration and all of its references. */
function referencesOf(files: AppFiles, path: string, above: readonly string[] = []): string[] {
  const [config] = above.includes(path) ? [] : configsFrom(files, path);
  const references = (config?.references ?? []).flatMap((reference) => {
    const file = reference.endsWith('.json') ? reference : `${reference.replace(/\/$/, '')}/tsconfig.json`;
    return joinedPath(folderName(path), file) ?? [];
  });
  return config ? [path, ...references.flatMap((one) => referencesOf(files, one, [...above, path]))] : [];
}

/** Whether a configuration compiles a file, apart from imports and its `exclude`. */
function hasFile(chain: readonly Config[], file: string): boolean {
  const config = chain.find(({ files, include }) => files !== undefined || include !== undefined);
  const { path, files = [], include = [] } = config ?? { path: chain[0]?.path ?? '', include: ['.'] };
  return [...files, ...include].some((pattern) => {
    const glob = joinedPath(folderName(path), pattern);
    return glob !== undefined && (glob === '' || patternOf(glob).test(file));
  });
}

function patternOf(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  const source = escaped.replaceAll(
    /\*\*\/|\*\*|\*/g,
    (stars) => ({ '**/': '(?:.*/)?', '**': '.*' })[stars] ?? '[^/]*',
  );
  return new RegExp(`^${source}(?:/.*)?$`);
}

interface Config {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly hasExclude: boolean;
  readonly files: readonly string[] | undefined;
  readonly include: readonly string[] | undefined;
  readonly references: readonly string[];
}

/** A file of configuration as far as it is read. */
interface ConfigFile {
  extends?: string | string[];
  compilerOptions?: Record<string, unknown>;
  files?: string[];
  include?: string[];
  exclude?: string[];
  references?: { path: string }[];
}

/** A configuration and those of the application that it extends, the one that overrides the others first. */
function configsFrom(files: AppFiles, path: string | undefined, above: readonly string[] = []): Config[] {
  if (path === undefined || !files.paths.includes(path) || above.includes(path)) return [];
  const value = parseJsonWithComments(files.read(path) ?? '') as ConfigFile | undefined;
  const bases = [value?.extends ?? []].flat().filter((base) => base.startsWith('.'));
  const inherited = bases
    .toReversed()
    .flatMap((base) =>
      configsFrom(files, joinedPath(folderName(path), base.endsWith('.json') ? base : `${base}.json`), [
        ...above,
        path,
      ]),
    );
  const own = {
    path,
    options: value?.compilerOptions ?? {},
    hasExclude: value?.exclude !== undefined,
    files: value?.files,
    include: value?.include,
    references: (value?.references ?? []).map((reference) => reference.path),
  };
  return [own, ...inherited];
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

/** The folder of the compiled entry point, from the command that starts it. */
function targetOf(entry: string, outDir: string, started: string): string | undefined {
  const stem = baseName(entry).replace(/\.[cm]?ts$/, '');
  return new RegExp(`(?<![\\w/-])(?:\\./)?(${outDir}(?:/[\\w-]+)*)/${stem}(?:\\.[cm]?js)?\\b`).exec(started)?.[1];
}

/** `src` if `src/server.ts` becomes `dist/server.js`. */
function rootOf(entry: string, outDir: string, target: string | undefined): string | undefined {
  const from = folderName(entry);
  const inside = target?.slice(outDir.length + 1);
  if (inside === undefined || !`/${from}`.endsWith(inside === '' ? '' : `/${inside}`)) return undefined;
  return from.slice(0, from.length - inside.length).replace(/\/$/, '');
}

/** From the command that starts the compiled entry point, else from the root of the compiled files. */
function outputOf(
  folder: string,
  entry: string,
  outDir: string,
  rootDir: string | undefined,
  target: string | undefined,
): string {
  const from = folderName(entry);
  if (target !== undefined && (folder === from || folder.startsWith(`${from}/`) || from === ''))
    return pathOf(target, from === '' ? folder : folder.slice(from.length + 1));
  const root = rootDir ?? (folder.startsWith('src/') ? 'src' : '');
  return pathOf(outDir, root !== '' && folder.startsWith(`${root}/`) ? folder.slice(root.length + 1) : folder);
}
