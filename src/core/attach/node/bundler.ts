import type { AppFiles, Refusal } from '../application.ts';
import { dependencyAt, type Package } from './read-node.ts';

const bundlers =
  /\b(tsup|tsdown|unbuild|pkgroll|bunchee|webpack|rspack|rollup|esbuild(?=[\s\S]*\bbundle\b)|ncc(?= build)|bun(?= build)|vite(?= build))\b/g;
/** What makes one file of JavaScript of each file. */
const compilers =
  /\btsc\b(?![^&|;]*--(?:noEmit|emitDeclarationOnly))|\bnest build\b(?![^&|;]*webpack)|\b(?:swc|babel)\b/;
const builds = /^(?:build|bundle|compile)(?::|$)/;
const isCode = /\.[cm]?[jt]sx?$/;

/**
 * Why an application whose build makes one file of all code is not attached: in that file the guest does not know the
 * folder of its modules, and `import.meta.dirname` is missing in one of CommonJS.
 */
export function bundlerRefusal(files: AppFiles, declared: Package, entry: string): Refusal | undefined {
  const name = Object.keys(declared.scripts).find((one) => builds.test(one));
  const bundler = bundlerOf(files, declared);
  // Others are for pages as well.
  const isSure = entry.endsWith('ts') && !/^(?:vite|webpack|rollup|rspack)$/.test(bundler ?? '');
  if (name === undefined || bundler === undefined || !runsOutput(files, declared, isSure)) return undefined;
  const { file, line } = dependencyAt(files, name);
  return {
    reason: `${file}:${line} bundles the application with ${bundler}, and a guest needs its folder beside the compiled entry point`,
    alternative:
      'Compile with tsc or swc instead, or create a host beside the application with `create-ai-module host init`',
  };
}

/** The bundler of the build, if nothing in it compiles file by file: then the bundler may be for the pages. */
function bundlerOf(files: AppFiles, { scripts }: Package): string | undefined {
  const commands = Object.keys(scripts)
    .filter((name) => builds.test(name))
    .map((name) => scripts[name] ?? '')
    .join('\n');
  // `node build.mjs`
  const programs = [...commands.matchAll(/\bnode\s+(?:\.\/)?([\w./-]+)/g)].map(
    ([, path = '']) => files.read(path) ?? '',
  );
  const build = [commands, ...programs].join('\n');
  const nest = /\bnest build\b/.test(build) ? (files.read('nest-cli.json') ?? '') : '';
  const isPacked =
    /"webpack"\s*:\s*true|"builder"\s*:\s*(?:\{[^}]*"type"\s*:\s*)?"webpack"/.test(nest) ||
    (/"monorepo"\s*:\s*true/.test(nest) && !/"webpack"\s*:\s*false/.test(nest));
  if (isPacked) return 'webpack';
  const checksOnly = /"noEmit"\s*:\s*true/.test(files.read('tsconfig.json') ?? '');
  return compilers.test(checksOnly ? build.replaceAll(/\btsc\b(?!\s+-(?:p|b|-project|-build)\b)/g, '') : build)
    ? undefined
    : [...build.matchAll(bundlers)].at(-1)?.[1];
}

/** Whether what the build makes is started, and not the code itself. */
function runsOutput({ paths }: AppFiles, { scripts }: Package, isSure: boolean): boolean {
  const words = ['start', 'start:prod', 'start:production', 'serve', 'prod'].flatMap((one) =>
    wordsOf(scripts[one] ?? ''),
  );
  const exists = (word: string) =>
    ['', '.js', '.ts', '/index.js', '/index.ts'].some((end) => isCode.test(word + end) && paths.includes(word + end));
  const isOutput = (word: string) => /^(?:(?:dist|build|out|lib)\/|dist$)/.test(word) && !exists(word);
  return words.some(isOutput) || (isSure && !words.some(exists));
}

function wordsOf(command: string): string[] {
  return command.split(/\s+/).map((word) => word.replace(/^\.\//, ''));
}
