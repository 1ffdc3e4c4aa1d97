import { locksOf } from '../pack/runtime/package-manager.ts';
import type { AppFiles, Application } from './application.ts';
import type { DependencyChange, Resolution, RuntimeArchive } from './dependency-change.ts';
import { nodeDependencies, nodeResolution } from './node/dependencies.ts';
import { pythonDependencies, pythonResolution } from './python/dependencies.ts';

type Managed = Pick<Application, 'language' | 'packageManager'>;

/** Adds the runtime to the dependencies of an application. `python` is the interpreter of one in Python. */
export function addDependencies(
  files: AppFiles,
  { language, packageManager }: Managed,
  runtime: RuntimeArchive,
  python: string,
): DependencyChange {
  const change =
    language === 'python'
      ? pythonDependencies(files, packageManager, runtime, python)
      : nodeDependencies(files, packageManager, runtime);
  return inWorkspace(change, packageManager, files);
}

/** How the lock file is written again after the dependency file was restored. */
export function resolutionOf(files: AppFiles, { language, packageManager }: Managed): Resolution {
  const resolution = (language === 'python' ? pythonResolution : nodeResolution)(files, packageManager);
  return inWorkspace(resolution, packageManager, files);
}

/** In a workspace the lock file in its root is resolved. */
function inWorkspace<Change extends Resolution>(
  change: Change,
  manager: string,
  { paths, workspace }: AppFiles,
): Change {
  const above = locksOf(manager).filter((lock) => workspace?.locks.includes(lock));
  if (workspace === undefined || above.length === 0 || locksOf(manager).some((lock) => paths.includes(lock)))
    return change;
  return { ...change, locks: above, workspace: workspace.folder };
}

/**
 * A change without the packages that only tests of modules need, because they conflict with those of the application. Their
 * lines are printed.
 */
export function withoutTesting(
  { read }: AppFiles,
  complete: DependencyChange,
  reduced: DependencyChange,
): DependencyChange {
  const left = complete.edits.flatMap(({ file, after }) => {
    const other = reduced.edits.find((edit) => edit.file === file)?.after ?? read(file) ?? '';
    const kept = new Set(other.split(/\r?\n/));
    const lines = after.split(/\r?\n/).filter((line) => !kept.has(line) && line.trim() !== '');
    return lines.length === 0 ? [] : [{ file, reason: 'it conflicts with packages of the application', lines }];
  });
  return { ...reduced, printed: [...reduced.printed, ...left] };
}
