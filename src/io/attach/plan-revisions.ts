import type { AppFiles } from '../../core/attach/application.ts';
import type { AppRevisions } from '../../core/attach/migrations/plan-revisions.ts';
import type { Revision } from '../../core/attach/migrations/revision.ts';
import type { Host } from '../../core/host/host.ts';
import { type RelPath, relPath } from '../../core/tree/rel-path.ts';
import { type Tree, textFile } from '../../core/tree/tree.ts';
import { readRuntimeSql } from '../pack/runtime-sql.ts';
import { readApplication } from './read-application.ts';

/** Files for the migration tool of an application, and what the user has to add, as notes. */
export interface PlannedRevisions {
  readonly tree: Tree;
  readonly notes: readonly string[];
}

/** Plans what the migrations of an application lack for the runtime and the modules in `dir`. */
export async function planRevisions(files: AppFiles, dir: string): Promise<AppRevisions> {
  const { planRevisions: plan } = await import('../../core/attach/plan-attach.ts');
  return plan(files, dir, readRuntimeSql());
}

/** The same for a host whose tables are made by the application; nothing for every other host. */
export async function planHostRevisions({
  root,
  attached,
}: Pick<Host, 'root' | 'attached'>): Promise<PlannedRevisions> {
  if (attached?.migrations !== 'app') return { tree: new Map(), notes: [] };
  return asFiles(await planRevisions(readApplication(root), attached.dir));
}

/** One more revision of an application that makes its tables itself. */
export async function planHostRevision(root: string, dir: string, revision: Revision): Promise<PlannedRevisions> {
  const { planRevision } = await import('../../core/attach/plan-attach.ts');
  return asFiles(planRevision(readApplication(root), dir, revision));
}

function asFiles({ created, printed }: AppRevisions): PlannedRevisions {
  return {
    tree: revisionTree(created),
    notes: printed.map(({ file, reason, lines }) => `${file}: ${reason}.\n    ${lines.join('\n    ')}`),
  };
}

export function revisionTree(created: AppRevisions['created']): Tree {
  return new Map(
    created.map(([path, text]): [RelPath, ReturnType<typeof textFile>] => [relPath(path), textFile(text)]),
  );
}
