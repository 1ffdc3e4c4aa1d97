import type { FileEdit, PrintedEdit } from './application.ts';

/** The archive of the runtime that an application depends on. */
export interface RuntimeArchive {
  /** `ai-module-runtime` */
  readonly name: string;
  /** `vendor/ai-module-runtime-0.2.0.tgz`; `undefined` for a registry. */
  readonly path: string | undefined;
  /** `0.2.0-dev.2`, or `0.2.0.dev2` for Python. */
  readonly version: string;
  readonly range: string;
  /** Other packages that modules need, with their versions. */
  readonly others: Readonly<Record<string, string>>;
  /** Packages that only tests of modules need. The runtime itself with extras stands for its archive. */
  readonly testing: Readonly<Record<string, string>>;
}

/** How a package manager resolves all dependencies together. */
export interface Resolution {
  /** Runs in a copy of `copied` and the edited files. Its failure is a conflict. */
  readonly resolve: readonly string[] | undefined;
  /** Files that the command needs. */
  readonly copied: readonly string[];
  /** Lock files that the command rewrites. */
  readonly locks: readonly string[];
  /** The application's folder in the workspace whose root has `locks`: `backend`. */
  readonly workspace?: string;
}

/** How the application gets to depend on the runtime. */
export interface DependencyChange extends Resolution {
  readonly edits: readonly FileEdit[];
  readonly printed: readonly PrintedEdit[];
  /** The command that installs the dependencies, if it is another one from now on. */
  readonly install?: string;
}

export const noResolution: Resolution = { resolve: undefined, copied: [], locks: [] };

/** Lines that the user adds to a file. */
export function printedOnly(file: string, reason: string, lines: readonly string[]): DependencyChange {
  return { ...noResolution, edits: [], printed: [{ file, reason, lines }] };
}
