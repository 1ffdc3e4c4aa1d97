import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Also in an application that is CommonJS. */
const PACKAGE = '{ "type": "module" }\n';
const CODE = /(?<!\.d)\.ts$/;
/** What a running module doesn't need: its tests, and at the top what configures them and editors, or is written here. */
const LEFT_OUT =
  /(^|[/\\])(tests|node_modules|\.[^/\\]+)([/\\]|$)|^(vitest\.(config|setup)\.ts|(package|tsconfig)\.json|manifest\.schema\.json)$/;

/**
 * Compiles the modules in a folder to ESM, with the TypeScript compiler of the application, and copies manifests, prompts,
 * SQL and other files. Replaces what is in `output`. Types are not checked.
 */
export async function buildModules(folder: string, output: string): Promise<void> {
  if (`${output}${sep}`.startsWith(`${folder}${sep}`)) throw new Error('the output must not be inside the modules');
  if (!(await isReplaceable(output)))
    throw new Error(`${output} has files that were not built from modules: name a folder of its own for the output`);
  const names = await sourcesOf(folder);
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await writeFile(join(output, 'package.json'), PACKAGE);
  for (const name of names.filter((each) => !CODE.test(each))) await cp(join(folder, name), join(output, name));
  const code = names.filter((name) => CODE.test(name));
  if (code.length > 0) await compile(folder, output, code);
}

/** Whether a folder is missing, empty, or has the modules of an earlier build. */
async function isReplaceable(output: string): Promise<boolean> {
  const names = await readdir(output).catch(() => []);
  if (names.length === 0) return true;
  const text = await readFile(join(output, 'package.json'), 'utf8').catch(() => '');
  return text === PACKAGE;
}

async function sourcesOf(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !LEFT_OUT.test(name));
}

/** Whether a file was changed after the modules were built. False for an output that was not built from this folder. */
export async function isOutdated(folder: string, output: string): Promise<boolean> {
  const built = await stat(join(output, 'package.json')).catch(() => undefined);
  if (built === undefined) return false;
  const files = await Promise.all((await sourcesOf(folder)).map((name) => stat(join(folder, name))));
  return files.some(({ mtimeMs }) => mtimeMs > built.mtimeMs);
}

async function compile(folder: string, output: string, names: readonly string[]): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), 'ai-modules-'));
  try {
    const config = join(draft, 'tsconfig.json');
    const compilerOptions = {
      target: 'es2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      rewriteRelativeImportExtensions: true,
      isolatedModules: true,
      noCheck: true,
      skipLibCheck: true,
      types: [],
      sourceMap: true,
      inlineSources: true,
      rootDir: folder,
      outDir: output,
    };
    const files = names.map((name) => join(folder, name));
    await writeFile(config, JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, [await findCompiler(folder), '-p', config]);
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string };
    throw new Error(stdout.trim() || (error as Error).message, { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** `tsc` of the application. Throws if there is none that can rewrite imports. */
async function findCompiler(folder: string): Promise<string> {
  const need = 'building modules needs TypeScript 5.7 or newer in the devDependencies';
  let manifest: string;
  try {
    manifest = createRequire(join(folder, 'package.json')).resolve('typescript/package.json');
  } catch (cause) {
    throw new Error(`${need}, and there is none`, { cause });
  }
  const { version, bin } = JSON.parse(await readFile(manifest, 'utf8'));
  const [major = 0, minor = 0] = String(version).split('.').map(Number);
  if (major < 5 || (major === 5 && minor < 7)) throw new Error(`${need}, and there is ${version}`);
  return join(dirname(manifest), bin.tsc);
}
