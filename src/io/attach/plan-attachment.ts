import type { FileEdit } from '../../core/attach/application.ts';
import { Failure } from '../../core/failure.ts';
import { attachmentPath, attachmentText } from '../../core/pack/attachment.ts';
import { managedIn } from '../../core/pack/edited-files.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { type Attached, archiveOf, renderHost } from '../../core/pack/render-host.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { type RelPath, relPath } from '../../core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../core/tree/tree.ts';
import { readFileOf } from '../fs/read-tree.ts';

export interface Attaching {
  readonly pack: Pack;
  /** The name of the application's folder. */
  readonly name: string;
  readonly vendored: boolean;
  readonly attached: Attached;
  readonly edits: readonly FileEdit[];
  /** The text of a file that its edit was made from. */
  readonly read: (path: string) => string | undefined;
  /** Lock files of the package manager. They are not restored by `host detach`. */
  readonly locks: Tree;
  /** New files of the migration tool. They stay after `host detach`, as databases may have run them. */
  readonly revisions: Tree;
}

/**
 * Plans the files of the guest and the edits of the application. Throws `target-not-empty` if a file exists, and
 * `plan-is-stale` if a file was changed after its edit was made.
 */
export async function planAttachment(root: string, given: Attaching): Promise<Plan> {
  const rendered = renderHost(given.pack, given.name, given.vendored, given.attached);
  const managed = managedIn(rendered);
  const archive = archiveOf(given.pack);
  const current = new Map<RelPath, TreeFile>();
  for (const path of [...rendered.keys(), ...given.revisions.keys()]) {
    const file = await readFileOf(root, path);
    if (file) current.set(path, file);
  }
  if (current.size > 0) throw new Failure('target-not-empty', { dir: root, files: [...current.keys()] });
  const before = await filesOf(
    root,
    given.edits.map(({ file }) => file),
  );
  for (const { file } of given.edits)
    if (before.get(relPath(file))?.content !== given.read(file)) throw new Failure('plan-is-stale', { path: file });
  const after = new Map(
    given.edits.map(({ file, after: content }): [RelPath, TreeFile] => {
      const path = relPath(file);
      return [path, textFile(content, before.get(path)?.mode)];
    }),
  );
  const written = new Map([...rendered].filter(([path]) => !managed.has(path) && !archive.has(path) && !isState(path)));
  const record = textFile(attachmentText({ before, after, written }));
  const locks = await filesOf(root, [...given.locks.keys()]);
  return planChanges(
    new Map([...before, ...locks]),
    new Map([...rendered, [attachmentPath as RelPath, record], ...given.revisions, ...after, ...given.locks]),
  );
}

export function isState(path: string): boolean {
  return path.startsWith('.ai-module/');
}

export async function filesOf(root: string, paths: readonly string[]): Promise<Tree> {
  const files = new Map<RelPath, TreeFile>();
  for (const path of paths) {
    const file = await readFileOf(root, relPath(path));
    if (file) files.set(relPath(path), file);
  }
  return files;
}
