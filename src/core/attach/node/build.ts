import { type AppFiles, baseName, folderName, pathOf } from '../application.ts';
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
  /** The configuration of TypeScript that decides which files are compiled. */
  readonly config: string | undefined;
  /** Where a compiled file of a folder ends up: `dist/ai` for `src/ai`. */
  readonly outputOf: (folder: string) => string;
}

export function readBuild(
  files: AppFiles,
  { type, scripts, dependencies, devDependencies }: Package,
  entry: string,
): Build {
  const isTypeScript = /\.[cm]?ts$/.test(entry);
  const config = isTypeScript ? configOf(files, scripts) : undefined;
  const texts = [config, 'tsconfig.json'].map((path) => (path === undefined ? '' : (files.read(path) ?? '')));
  const option = (name: string) =>
    texts.flatMap((text) => new RegExp(`"${name}"\\s*:\\s*"([^"]+)"`).exec(text)?.[1] ?? [])[0];
  const outDir = option('outDir')?.replace(/^\.\//, '').replace(/\/$/, '');
  const script = Object.keys(scripts).find((name) => name === 'build' && compiles(scripts[name] ?? ''));
  const started = Object.values(scripts).join('\n');
  const moduleKind = kindOf(files, entry, type, option('module'));
  const isBundled = /^bundler$/i.test(option('moduleResolution') ?? '');
  const importEnding = endingOf(files, entry, moduleKind === 'esm' && !isBundled);
  return {
    moduleKind,
    isTypeScript,
    dynamicEnding: importEnding === '' && /^node(16|18|20|next)$/i.test(option('module') ?? '') ? '.js' : importEnding,
    hasDefaultImports:
      texts.some((text) => /"esModuleInterop"\s*:\s*true/.test(text)) || type === 'module' || !isTypeScript,
    importEnding,
    script: isTypeScript && outDir !== undefined ? script : undefined,
    config,
    outputOf: (folder) => outputOf(folder, entry, outDir ?? 'dist', option('rootDir'), started),
  };

  function compiles(command: string): boolean {
    return (
      /\b(tsc|nest build|swc|tsup)\b/.test(command) ||
      (devDependencies.typescript ?? dependencies.typescript) !== undefined
    );
  }
}

function configOf({ paths }: AppFiles, scripts: Package['scripts']): string | undefined {
  const build = scripts.build ?? '';
  const given = /\btsc\b.*?(?:-p|--project)[ =](\S+)/.exec(build)?.[1]?.replace(/^\.\//, '');
  const named = given !== undefined && !given.endsWith('.json') ? pathOf(given, 'tsconfig.json') : given;
  if (named !== undefined && paths.includes(named)) return named;
  if (/\bnest build\b/.test(build) && paths.includes('tsconfig.build.json')) return 'tsconfig.build.json';
  return paths.includes('tsconfig.json') ? 'tsconfig.json' : undefined;
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
