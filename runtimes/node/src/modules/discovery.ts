import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import type { AnyModule } from './base-module.ts';
import { Manifest } from './manifest.ts';
import { type ErrorCode, ModuleProblem } from './module-problem.ts';

/** Imports a file by its URL: `(url) => import(url)`. The host passes it, because only its own code can import TypeScript. */
export type LoadModule = (url: string) => Promise<unknown>;

/** Where the modules are. */
export interface ModulesOptions {
  /** Absolute path of the folder that contains the folders of modules. */
  readonly dir: string;
  readonly load: LoadModule;
  /** Starts only the module of this name, and those that it requires. */
  readonly only?: string | undefined;
}

/** A folder under the modules folder, with its manifest or with what is wrong with it. */
export type Candidate = { readonly name: string; readonly folder: string } & (
  | { readonly manifest: Manifest }
  | { readonly problem: ModuleProblem }
);

/** The module folders, sorted by name. A folder counts when it has a manifest or an index. */
export async function discoverModules(root: string): Promise<Candidate[]> {
  if (!existsSync(root)) return [];
  const entries = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = entries.map((entry) => entry.name).sort();
  return Promise.all(names.filter((name) => isModule(join(root, name))).map((name) => readCandidate(root, name)));
}

/** Imports the module in `folder` and makes its one object. */
export async function importModule(folder: string, load: LoadModule): Promise<AnyModule> {
  const index = entryPoint(folder);
  if (!index) throw new ModuleProblem('import_failed', `${folder} has no index.ts`);
  try {
    const { loadModule } = (await load(pathToFileURL(index).href)) as { loadModule: () => AnyModule };
    return loadModule();
  } catch (cause) {
    throw new ModuleProblem('import_failed', `${index} cannot be loaded`, { cause });
  }
}

async function readCandidate(root: string, name: string): Promise<Candidate> {
  const folder = join(root, name);
  const failed = (code: ErrorCode, text: string, cause?: unknown) => {
    return { name, folder, problem: new ModuleProblem(code, text, { cause }) };
  };
  try {
    const manifest = Manifest.parse(parse(await readFile(join(folder, 'manifest.yaml'), 'utf8')));
    if (manifest.name === name) return { name, folder, manifest };
    return failed('name_mismatch', `the manifest in ${folder} names ${manifest.name}`);
  } catch (cause) {
    return failed('manifest_invalid', `${folder}/manifest.yaml is invalid`, cause);
  }
}

function isModule(folder: string): boolean {
  return existsSync(join(folder, 'manifest.yaml')) || entryPoint(folder) !== undefined;
}

function entryPoint(folder: string): string | undefined {
  return ['index.ts', 'index.js'].map((file) => join(folder, file)).find((file) => existsSync(file));
}
