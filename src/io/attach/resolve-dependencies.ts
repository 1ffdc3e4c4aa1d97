import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DependencyChange } from '../../core/attach/dependencies.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { shellLine } from '../../core/text/display.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { type Argv, runCommand } from '../run-commands.ts';

/**
 * Resolves all dependencies of an application in a copy of the files that its package manager needs. `changed` has the edited
 * files and the archive of the runtime. Returns the texts of the lock files. Throws `dependencies-unresolved`.
 */
export async function resolveDependencies(
  root: string,
  { resolve, copied, locks }: DependencyChange,
  changed: Tree,
): Promise<ReadonlyMap<RelPath, string>> {
  if (resolve === undefined) return new Map();
  const copy = mkdtempSync(join(tmpdir(), 'create-ai-module-attach-'));
  try {
    for (const path of copied) {
      if (!existsSync(join(root, path))) continue;
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      copyFileSync(join(root, path), join(copy, path));
    }
    for (const [path, { content }] of changed) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), content);
    }
    await runCommand(resolve as unknown as Argv, { cwd: copy }).catch((error: unknown) => {
      if (!isFailure(error, 'command-failed')) throw error;
      throw new Failure('dependencies-unresolved', { command: shellLine(resolve), reason: error.args.reason }, error);
    });
    return new Map(
      locks
        .filter((lock) => existsSync(join(copy, lock)))
        .map((lock) => [lock as RelPath, readFileSync(join(copy, lock), 'utf8')]),
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The interpreter of a Python application: of its virtual environment, else the one of the system. */
export function pythonOf(root: string): string {
  return venvPython(root) ?? 'python3';
}

/** The interpreter that the dependencies are installed for, and whether it exists: without one, a virtual environment is made. */
export function interpreterOf(root: string): { readonly path: string; readonly isOwn: boolean } {
  const found = venvPython(root) ?? (process.env.VIRTUAL_ENV === undefined ? undefined : 'python');
  return { path: found ?? join(root, '.venv', ...inVenv), isOwn: found !== undefined };
}

const inVenv = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];

function venvPython(root: string): string | undefined {
  return ['.venv', 'venv'].map((venv) => join(root, venv, ...inVenv)).find((path) => existsSync(path));
}
