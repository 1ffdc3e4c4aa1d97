import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Failure } from '../../core/failure.ts';
import { fromHex, toHex } from '../../core/text/bytes.ts';
import { type Change, isUnchanged, type Plan } from '../../core/tree/plan.ts';
import { type RelPath, relPath } from '../../core/tree/rel-path.ts';
import { sameBytes, type TreeFile, withExistingEndings } from '../../core/tree/tree.ts';
import { type ApplyOptions, applyPlan } from '../apply/apply-plan.ts';
import { attempt } from '../fs/disk.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { readFileOf } from '../fs/read-tree.ts';
import { type ConflictedFile, planStages, removeStages, type StagedConflict, writeStages } from './conflict-stages.ts';
import { addRecord, dropRecords, pruneRecords, recordFiles } from './update-records.ts';

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
    await applyPlan(root, plan, {
      ...options,
      prepare: () => addRecord(root, (file) => writeRecord(file, plan, stages)),
    });
  } finally {
    attempt(() => pruneRecords(root));
  }
  return writeStages(root, stages);
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

/** The undo of one update. */
export interface Undo {
  readonly plan: Plan;
  /** How many updates before it can be undone after it. */
  readonly earlier: number;
  readonly stages: readonly StagedConflict[];
  /** The files of the records that the undo removes. */
  readonly records: readonly string[];
}

/** Applies an undo, and takes the stages of its conflicts out of git's index. Returns why that failed. */
export async function applyUndo(root: string, undo: Undo, options: ApplyOptions): Promise<Error | undefined> {
  await applyPlan(root, undo.plan, options);
  const removed = removeStages(root, undo.stages);
  dropRecords(root, undo.records);
  return removed instanceof Error ? removed : undefined;
}

/**
 * Plans to undo the last update that was not undone. Throws `nothing-to-undo`, and `edited-since` if files have changed
 * since.
 */
export async function planUndo(root: string): Promise<Undo> {
  const files = recordFiles(root);
  for (const [at, file] of files.entries()) {
    const { changes, stages = [] } = readRecord(root, file);
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
    if (isAsBefore) continue;
    if (edited.length > 0) throw new Failure('edited-since', { files: edited });
    const plan = { changes: back, newFolders: [] };
    return { plan, stages, records: files.slice(0, at + 1), earlier: files.length - at - 1 };
  }
  throw new Failure('nothing-to-undo', { root });
}

function isSame(path: RelPath, file: TreeFile | undefined, stored: StoredFile | null): boolean {
  return file === undefined ? stored === null : stored !== null && isUnchanged(path, load(stored), file);
}

interface UpdateRecord {
  readonly changes: readonly StoredChange[];
  /** Absent in records of older versions. */
  readonly stages?: readonly StagedConflict[];
}

function readRecord(root: string, file: string): UpdateRecord {
  const text = readTextIfThere(file);
  if (text === undefined) throw new Failure('nothing-to-undo', { root });
  try {
    return JSON.parse(text) as UpdateRecord;
  } catch (error) {
    throw new Failure('file-unreadable', { file, reason: 'it is not JSON' }, error);
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
