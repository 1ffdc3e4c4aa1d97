import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Resolution } from '../../core/attach/dependency-change.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { lockFiles } from '../../core/pack/runtime/package-manager.ts';
import { shellLine } from '../../core/text/display.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { pathsBelow } from '../fs/read-tree.ts';
import { type Argv, runCommand } from '../run-commands.ts';
import { filesOf } from './plan-attachment.ts';

/** The lock files after the dependencies were resolved. */
export interface ResolvedLocks {
  /** The folder that they are in: of the application, or of its workspace. */
  readonly root: string;
  readonly files: Tree;
}

/**
 * Resolves all dependencies of an application in a copy of the files that its package manager needs. `changed` has the edited
 * files and the archive of the runtime. Throws `dependencies-unresolved`.
 */
export async function resolveDependencies(
  root: string,
  { resolve, copied, locks, workspace = '' }: Resolution,
  changed: Tree,
): Promise<ResolvedLocks> {
  const top = workspace === '' ? root : join(root, ...workspace.split('/').map(() => '..'));
  if (resolve === undefined) return { root: top, files: new Map() };
  const copy = mkdtempSync(join(tmpdir(), 'create-ai-module-attach-'));
  try {
    const put = (path: string, write: (target: string) => void) => {
      const target = join(copy, path);
      mkdirSync(dirname(target), { recursive: true });
      write(target);
    };
    const needed = workspace === '' ? copied.filter((path) => existsSync(join(root, path))) : membersOf(top);
    for (const path of needed) put(path, (target) => copyFileSync(join(top, path), target));
    for (const [path, { content }] of changed) put(join(workspace, path), (target) => writeFileSync(target, content));
    await runCommand(resolve as unknown as Argv, { cwd: join(copy, workspace) }).catch((error: unknown) => {
      if (!isFailure(error, 'command-failed')) throw error;
      throw new Failure('dependencies-unresolved', { command: shellLine(resolve), reason: error.args.reason }, error);
    });
    return { root: top, files: await filesOf(copy, locks) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The change of the lock files. */
export async function planLocks({ root, files }: ResolvedLocks): Promise<LockPlan> {
  return { root, plan: planChanges(await filesOf(root, [...files.keys()]), files) };
}

export interface LockPlan {
  readonly root: string;
  readonly plan: Plan;
}

/** Names the files of a workspace that change, because the plan of the application does not show them. */
export function lockNotes(above: LockPlan | undefined): string[] {
  const changed = above?.plan.changes.filter(({ kind }) => kind !== 'keep') ?? [];
  return changed.map(({ path }) => `The lock file of the workspace changes too: ${join(above?.root ?? '', path)}`);
}

/** What a package manager reads of the members of a workspace. */
const declaring =
  /(^|\/)(package\.json|pyproject\.toml|setup\.(py|cfg)|README\.md|\.python-version|\.npmrc|\.yarnrc(\.yml)?|pnpm-workspace\.yaml|\.pnpmfile\.cjs|bunfig\.toml)$|(^|\/)vendor\/ai[-_]module[-_]runtime-/;

function membersOf(top: string): string[] {
  const locks = new Set<string>(lockFiles);
  return pathsBelow(top).filter((path) => declaring.test(path) || locks.has(path));
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
