import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import { confine } from '../fs/confine.ts';
import type { Disk } from '../fs/disk.ts';
import { stateFolder } from '../fs/read-tree.ts';

/** One change of the visible tree. Paths are relative to the root. */
export type Move =
  /** `staged` becomes `target`: one file, or a folder with all its files. */
  | { readonly kind: 'add'; readonly target: string; readonly staged: string; readonly stamps?: Stamps }
  | {
      readonly kind: 'replace';
      readonly target: string;
      readonly staged: string;
      readonly backup: string;
      readonly stamps?: Stamps;
    }
  | { readonly kind: 'remove'; readonly target: string; readonly backup: string };

/**
 * Size and modification time of each staged file, by its path below `staged` (empty for a single file). They reveal
 * edits made after a run was interrupted. Hashing the contents takes longer than writing them and would reveal no
 * more.
 */
export type Stamps = Readonly<Record<string, string>>;

/** What is needed to undo or finish a run. Written before anything else; stamps are added once all files are staged. */
export interface Journal {
  readonly version: 1;
  readonly pid: number;
  /** How many folders, from the root upward, this run created. */
  readonly rootFolders: number;
  /** Parent folders that this run created, outermost first. */
  readonly folders: readonly string[];
  readonly moves: readonly Move[];
}

const draft = `${stateFolder}/draft`;
const begun = `${stateFolder}/begun`;
const committed = `${stateFolder}/committed`;

export function writeJournal(disk: Disk, root: string, journal: Journal, durable: boolean): void {
  disk.write(join(root, draft), `${JSON.stringify(journal)}\n`, { durable });
  disk.rename(join(root, draft), join(root, begun));
}

/** The commit point: recovery undoes a run interrupted before this rename, and finishes one interrupted after it. */
export function commitJournal(disk: Disk, root: string): void {
  disk.rename(join(root, begun), join(root, committed));
}

export function dropJournal(disk: Disk, root: string): void {
  for (const name of [draft, begun, committed])
    if (disk.look(join(root, name)) !== undefined) disk.removeFile(join(root, name));
}

/** The journal of an interrupted run, if any. Throws `journal-unreadable` unless this tool could have written it. */
export function readJournal(disk: Disk, root: string): { journal: Journal; isCommitted: boolean } | undefined {
  for (const name of [begun, committed]) {
    const file = join(root, name);
    if (disk.look(file) === undefined) continue;
    const problem = (reason: string): Failure => new Failure('journal-unreadable', { file, reason });
    const journal = parseJournal(Buffer.from(disk.read(file)).toString());
    if (journal === undefined) throw problem('it is not a journal in the format of this version');
    const foreign = pathsOf(journal).find((path) => !isOwnPath(disk, root, path));
    if (foreign !== undefined) throw problem(`it contains the path ${JSON.stringify(foreign)}`);
    return { journal, isCommitted: name === committed };
  }
  return undefined;
}

function parseJournal(text: string): Journal | undefined {
  try {
    const journal: Journal = JSON.parse(text);
    const isWhole = journal.version === 1 && journal.moves.every(isMove) && pathsOf(journal).every(isText);
    return isWhole && Number.isInteger(journal.rootFolders) ? journal : undefined;
  } catch {
    return undefined;
  }
}

function isMove(move: Move): boolean {
  const names = (key: 'staged' | 'backup'): boolean =>
    stagingName.test(`${(move as { staged?: string; backup?: string })[key]}`);
  if (move.kind === 'remove') return names('backup');
  const hasStamps = Object.values(move.stamps ?? {}).every(isText);
  return hasStamps && names('staged') && (move.kind === 'add' || (move.kind === 'replace' && names('backup')));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function pathsOf({ folders, moves }: Journal): string[] {
  const paths = moves.flatMap((move) => {
    const { target, staged, backup } = move as { target: string; staged?: string; backup?: string };
    return [target, ...(staged === undefined ? [] : [staged]), ...(backup === undefined ? [] : [backup])];
  });
  return [...folders, ...paths];
}

const stagingName = /(^|\/)\.create-ai-module-[a-z0-9]+-\d+\.(new|old)$/;

/** Beside its target, so that both are on one file system: a rename across file systems is not atomic. */
export function stagingPath(folder: string, run: string, index: number, suffix: 'new' | 'old'): string {
  return `${folder === '' ? '' : `${folder}/`}${stateFolder}-${run}-${index}.${suffix}`;
}

/** A journal may come from a cloned repository, so its paths must not leave the root, neither by `..` nor by a link. */
function isOwnPath(disk: Disk, root: string, path: string): boolean {
  if (path.split('/').some((segment) => ['', '.', '..'].includes(segment) || /[\0\\]/.test(segment))) return false;
  try {
    return confine(disk, root, path as RelPath).path === path;
  } catch {
    return false;
  }
}
