import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { fromHex, toHex } from '../../core/text/bytes.ts';
import { type Change, isUnchanged, type Plan } from '../../core/tree/plan.ts';
import { type RelPath, relPath } from '../../core/tree/rel-path.ts';
import { sameBytes, type TreeFile, withExistingEndings } from '../../core/tree/tree.ts';
import { type ApplyOptions, applyPlan } from '../apply/apply-plan.ts';
import { attempt } from '../fs/disk.ts';
import { isDiskError, reasonOf } from '../fs/disk-error.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { readFileOf, stateFolder } from '../fs/read-tree.ts';
import { type ConflictedFile, planStages, removeStages, type StagedConflict, writeStages } from './conflict-stages.ts';

/** In the state folder, ignored by git. */
const recordPath = join(stateFolder, 'last-update.json');
const earlierPath = join(stateFolder, 'earlier-update.json');

interface StoredFile {
  readonly content: string;
  readonly encoding: 'utf8' | 'hex';
  readonly mode: TreeFile['mode'];
}

interface StoredChange {
  readonly path: string;
  readonly before: StoredFile | null;
  readonly after: StoredFile | null;
}

export interface UpdateOptions extends ApplyOptions {
  /** The files that the plan leaves in conflict. Where git tracks them, its index gets the stages of a conflict. */
  readonly conflicts?: readonly ConflictedFile[];
}

/**
 * `applyPlan`, after recording everything it replaces, so that the update can be undone. Returns the files that git
 * lists as unmerged since, or why its index could not be changed.
 */
export async function applyUpdate(
  root: string,
  plan: Plan,
  { conflicts = [], ...options }: UpdateOptions = {},
): Promise<readonly string[] | Error> {
  const stages = planStages(root, conflicts);
  try {
    await applyPlan(root, plan, { ...options, prepare: () => record(root, plan, stages) });
  } finally {
    attempt(() => rmSync(join(root, earlierPath), { force: true }));
  }
  return writeStages(root, stages);
}

/** Records the plan. Returns a function that restores the previous record. */
function record(root: string, plan: Plan, stages: readonly StagedConflict[]): () => void {
  const [file, earlier] = [join(root, recordPath), join(root, earlierPath)];
  const hasEarlier = existsSync(file);
  asApplyFailure(() => {
    mkdirSync(join(root, stateFolder), { recursive: true });
    writeFileSync(join(root, stateFolder, '.gitignore'), '*\n');
    if (hasEarlier) copyFileSync(file, earlier);
    writeRecord(`${file}.tmp`, plan, stages);
    renameSync(`${file}.tmp`, file);
  });
  return () => (hasEarlier ? asApplyFailure(() => renameSync(earlier, file)) : forgetUpdate(root));
}

/** Writes change by change: for a thousand modules, one string would take twice the memory of everything else. */
function writeRecord(path: string, { changes }: Plan, stages: readonly StagedConflict[]): void {
  const file = openSync(path, 'w');
  try {
    let separator = `{"version":1,"stages":${JSON.stringify(stages)},"changes":[\n`;
    for (const change of changes) {
      if (change.kind === 'keep') continue;
      writeFileSync(file, `${separator}${JSON.stringify(storedChange(change))}`);
      separator = ',\n';
    }
    writeFileSync(file, '\n]}\n');
  } finally {
    closeSync(file);
  }
}

function forgetUpdate(root: string): void {
  rmSync(join(root, recordPath), { force: true });
}

/** Applies the plan of `planUndo`, and takes the stages of its conflicts out of git's index. Returns why that failed. */
export async function applyUndo(root: string, plan: Plan, options: ApplyOptions): Promise<Error | undefined> {
  const { stages = [] } = readRecord(root);
  await applyPlan(root, plan, options);
  const removed = removeStages(root, stages);
  forgetUpdate(root);
  return removed instanceof Error ? removed : undefined;
}

/** The plan that undoes the last update. Throws `nothing-to-undo`, and `edited-since` if files have changed since. */
export async function planUndo(root: string): Promise<Plan> {
  const { changes } = readRecord(root);
  const edited: string[] = [];
  const back: Change[] = [];
  let isAsBefore = true;
  for (const { path: text, before, after } of changes) {
    const path = relPath(text);
    const now = await readFileOf(root, path);
    if (!isSame(path, now, after)) edited.push(path);
    isAsBefore &&= isSame(path, now, before);
    back.push(...reversed(path, now, before, after));
  }
  // Recorded by an update that was interrupted and has since been undone.
  if (isAsBefore) throw new Failure('nothing-to-undo', { root });
  if (edited.length > 0) throw new Failure('edited-since', { files: edited });
  return { changes: back, newFolders: [] };
}

function isSame(path: RelPath, file: TreeFile | undefined, stored: StoredFile | null): boolean {
  return file === undefined ? stored === null : stored !== null && isUnchanged(path, load(stored), file);
}

interface UpdateRecord {
  readonly changes: readonly StoredChange[];
  /** Absent in records of older versions. */
  readonly stages?: readonly StagedConflict[];
}

function readRecord(root: string): UpdateRecord {
  const text = readTextIfThere(join(root, recordPath));
  if (text === undefined) throw new Failure('nothing-to-undo', { root });
  try {
    return JSON.parse(text) as UpdateRecord;
  } catch (error) {
    throw new Failure('file-unreadable', { file: join(root, recordPath), reason: 'it is not JSON' }, error);
  }
}

/** The changes that restore `before` exactly, except for line endings converted since the update. */
function reversed(
  path: RelPath,
  now: TreeFile | undefined,
  before: StoredFile | null,
  after: StoredFile | null,
): Change[] {
  if (!now) return before ? [{ kind: 'create', path, after: load(before) }] : [];
  if (!before) return [{ kind: 'delete', path, before: now }];
  const isAsWritten = after !== null && sameBytes(now.content, load(after).content);
  return [
    { kind: 'update', path, before: now, after: isAsWritten ? load(before) : withExistingEndings(now, load(before)) },
  ];
}

function storedChange(change: Exclude<Change, { kind: 'keep' }>): StoredChange {
  return {
    path: change.path,
    before: change.kind === 'create' ? null : save(change.before),
    after: change.kind === 'delete' ? null : save(change.after),
  };
}

function save({ content, mode }: TreeFile): StoredFile {
  return typeof content === 'string'
    ? { content, encoding: 'utf8', mode }
    : { content: toHex(content), encoding: 'hex', mode };
}

function load({ content, encoding, mode }: StoredFile): TreeFile {
  return { content: encoding === 'hex' ? fromHex(content) : content, mode };
}

function asApplyFailure(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure('apply-failed', { path: recordPath, reason: reasonOf(error) }, error);
  }
}
