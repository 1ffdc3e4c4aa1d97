import { toLatin1 } from '../text/bytes.ts';
import { type FileMode, sameBytes, sameContent, sameFile, type TreeFile, textOf } from '../tree/tree.ts';
import { inFormatOf, sameButForFormat } from './formats.ts';
import { type LineConflict, type LineMerge, type MergeLinesOptions, type MergeParts, mergeLines } from './lines.ts';
import { hasUnresolved, type MergeLabels, unresolvedLines } from './markers.ts';

export type ConflictStyle = 'markers' | 'ours' | 'theirs' | 'sidecar';
export type ConflictKind = 'edit/edit' | 'edit/delete' | 'add/add' | 'binary' | 'unresolved';

/** The state of a file compared with its last and its new render. */
export type FileState = 'clean' | 'edited' | 'outdated' | 'both' | 'deleted' | 'detached' | 'owned' | 'conflict';

/** The decision about one file. `after` is its new content; absent if the file is to be deleted or stays deleted. */
export interface Outcome {
  readonly state: FileState;
  readonly after?: TreeFile | undefined;
  /** The pack's version, to be written beside the file under another name. */
  readonly sidecar?: TreeFile;
  readonly conflict?: {
    readonly kind: ConflictKind;
    readonly lines: readonly number[];
    /** The lines of each side, for conflicts of lines. */
    readonly regions?: readonly LineConflict[];
  };
  readonly reason: string;
}

export interface MergeFileOptions {
  readonly labels: MergeLabels;
  readonly conflicts: ConflictStyle;
  readonly fallback?: MergeParts | undefined;
}

type MaybeFile = TreeFile | undefined;

/** Decides what happens to a managed file, from its last render, the file on disk and the new render. */
export function mergeFile(
  path: string,
  base: MaybeFile,
  mine: MaybeFile,
  theirs: MaybeFile,
  options: MergeFileOptions,
): Outcome {
  if (mine && (!theirs || !sameFile(mine, theirs))) {
    const lines = unresolvedConflicts(mine, base, theirs);
    if (lines.length > 0) return keep(mine, 'conflict', hasUnresolved, 'unresolved', lines);
  }
  if (!theirs) return mergeRemoved(base, mine, options);
  if (!mine) return mergeDeleted(base, theirs);
  if (sameFile(mine, theirs)) return keep(mine, 'clean', 'same as generated');
  if (!base) return keepBoth('add/add', mine, theirs, 'a file with this name is now generated as well', options);
  if (sameFile(mine, base))
    return { state: 'outdated', after: takeTheirs(base, mine, theirs), reason: 'not edited; takes the new version' };
  const isOnlyFormatted = isFormatOf(path, mine, base);
  if (sameFile(theirs, base))
    return isOnlyFormatted
      ? keep(mine, 'clean', 'same as generated, except for formatting')
      : keep(mine, 'edited', 'edited; the generated version did not change');
  if (isFormatOf(path, mine, theirs)) return keep(mine, 'clean', 'same as generated, except for formatting');
  if (isOnlyFormatted) return { state: 'outdated', after: theirs, reason: 'only reformatted; takes the new version' };
  return mergeBoth(path, base, mine, theirs, options);
}

/** The new render of an unedited file, with the line endings of the file on disk. */
function takeTheirs(base: TreeFile, mine: TreeFile, theirs: TreeFile): TreeFile {
  const merged = mergeContent(base.content, mine.content, theirs.content, {
    labels: { base: '', theirs: '' },
    conflicts: 'theirs',
  });
  return { content: merged?.content ?? theirs.content, mode: theirs.mode };
}

/** The reason for an edited file that the pack removed and the user keeps. */
export const keptRemoved = 'no longer generated; kept as your file';

function mergeRemoved(base: MaybeFile, mine: MaybeFile, { conflicts }: MergeFileOptions): Outcome {
  if (!mine) return { state: 'clean', reason: 'deleted on both sides' };
  if (base && sameFile(mine, base)) return { state: 'outdated', reason: 'no longer generated' };
  if (conflicts === 'theirs') return { state: 'outdated', reason: 'no longer generated; your edits are discarded' };
  if (conflicts === 'ours') return keep(mine, 'detached', keptRemoved);
  return keep(mine, 'detached', 'edited, but no longer generated; kept as your file', 'edit/delete');
}

function mergeDeleted(base: MaybeFile, theirs: TreeFile): Outcome {
  return base ? keepDeleted(base, theirs) : { state: 'outdated', after: theirs, reason: 'new file' };
}

/** The reason that `keepDeleted` gives if the render has changed. */
export const deletedAndChanged = 'you deleted it; the generated version has changed since';

export function keepDeleted(base: MaybeFile, theirs: TreeFile): Outcome {
  const isChanged = base !== undefined && !sameFile(base, theirs);
  return { state: 'deleted', reason: isChanged ? deletedAndChanged : 'you deleted it' };
}

function mergeBoth(path: string, base: TreeFile, mine: TreeFile, theirs: TreeFile, options: MergeFileOptions): Outcome {
  const mode = mergeModes(base.mode, mine.mode, theirs.mode);
  const side = ({ markers: 'markers', ours: 'mine', theirs: 'theirs', sidecar: 'markers' } as const)[options.conflicts];
  const merging = { labels: options.labels, conflicts: side, fallback: options.fallback } as const;
  const direct = mergeContent(base.content, mine.content, theirs.content, merging);
  const merged = direct?.conflicts.length ? (mergeInUserFormat(path, base, mine, theirs) ?? direct) : direct;
  if (!merged)
    return keepBoth('binary', { ...mine, mode }, theirs, 'changed on both sides, and not a text file', options);
  const after = { content: merged.content, mode };
  const lines = merged.conflicts.map(({ line }) => line);
  if (lines.length === 0) return { state: 'both', after, reason: 'changed on both sides; merged' };
  const reason = 'the same lines changed on both sides';
  if (options.conflicts === 'sidecar') return keepBoth('edit/edit', { ...mine, mode }, theirs, reason, options);
  if (options.conflicts !== 'markers')
    return { state: 'both', after, reason: `${reason}; resolved with ${options.conflicts}` };
  return { state: 'conflict', after, conflict: { kind: 'edit/edit', lines, regions: merged.conflicts }, reason };
}

/** Merges in the format of the user's file; `undefined` if that does not avoid all conflicts. */
function mergeInUserFormat(path: string, base: TreeFile, mine: TreeFile, theirs: TreeFile): ContentMerge | undefined {
  const [o, a, b] = [base.content, mine.content, theirs.content];
  if (typeof o !== 'string' || typeof a !== 'string' || typeof b !== 'string') return undefined;
  const before = inFormatOf(path, a, o);
  const after = before === undefined ? undefined : inFormatOf(path, before, b);
  if (before === undefined || after === undefined) return undefined;
  const merged = mergeContent(before, a, after, { labels: { base: '', theirs: '' } });
  return merged?.conflicts.length === 0 ? merged : undefined;
}

/** For files that cannot be merged: keeps the user's and puts the pack's beside it, unless a side is preferred. */
function keepBoth(
  kind: ConflictKind,
  mine: TreeFile,
  theirs: TreeFile,
  reason: string,
  { conflicts }: MergeFileOptions,
): Outcome {
  if (conflicts === 'ours') return keep(mine, 'edited', `${reason}; resolved with ours`);
  if (conflicts === 'theirs') return { state: 'outdated', after: theirs, reason: `${reason}; resolved with theirs` };
  return { state: 'conflict', after: mine, sidecar: theirs, conflict: { kind, lines: [] }, reason };
}

function keep(
  after: TreeFile,
  state: FileState,
  reason: string,
  kind?: ConflictKind,
  lines: readonly number[] = [],
): Outcome {
  return kind === undefined ? { state, after, reason } : { state, after, reason, conflict: { kind, lines } };
}

/** Whether a file differs only in format: reformatted files do not count as edited. */
function isFormatOf(path: string, mine: TreeFile, other: TreeFile): boolean {
  if (mine.mode !== other.mode || typeof mine.content !== 'string' || typeof other.content !== 'string') return false;
  return sameButForFormat(path, mine.content, other.content);
}

function mergeModes(base: FileMode, mine: FileMode, theirs: FileMode): FileMode {
  return mine === base ? theirs : mine;
}

/** Lines of unresolved conflicts in the file on disk, unless the renders contain as many lookalikes. */
function unresolvedConflicts(mine: TreeFile, base: MaybeFile, theirs: MaybeFile): number[] {
  const count = (file: MaybeFile) => (typeof file?.content === 'string' ? unresolvedLines(file.content) : []);
  const lines = count(mine);
  return lines.length > Math.max(count(base).length, count(theirs).length) ? lines : [];
}

type Content = TreeFile['content'];

export interface ContentMerge {
  readonly content: Content;
  readonly conflicts: LineMerge['conflicts'];
}

/**
 * Merges three contents; `undefined` for binary files. Bytes that are not UTF-8 are merged as Latin-1, which can decode
 * any bytes; `undefined` too if the result cannot be encoded in it.
 */
export function mergeContent(
  base: Content,
  mine: Content,
  theirs: Content,
  options: MergeLinesOptions,
): ContentMerge | undefined {
  if (sameContent(base, theirs)) return { content: mine, conflicts: [] };
  if (sameBytes(base, mine)) return { content: theirs, conflicts: [] };
  const [o, a, b] = [textOf(base), textOf(mine), textOf(theirs)];
  if (o === undefined || a === undefined || b === undefined) return undefined;
  const { text, conflicts } = mergeLines(o, a, b, options);
  const content = typeof mine === 'string' ? text : toLatin1(text);
  return content === undefined ? undefined : { content, conflicts };
}
