import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { RelPath } from '../../core/text/rel-path.ts';
import { stateFolder } from '../read-tree.ts';
import { confine } from './confine.ts';
import type { Disk } from './disk.ts';

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
 * Size and time of each staged file, by its path below `staged` (empty for a file itself): they tell an edit made after
 * a run was cut off. Comparing contents would tell no more, and hashing them takes longer than writing them.
 */
export type Stamps = Readonly<Record<string, string>>;

/** All that is needed to undo a run, or to finish it. Written before anything else; stamps are added once all is staged. */
export interface Journal {
  readonly version: 1;
  readonly pid: number;
  /** How many folders, from the root upward, were made for this run. */
  readonly rootFolders: number;
  /** Folders made on the way to a target, the outermost first. */
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

/** The commit point: before this rename a run is undone, after it the run is finished. */
export function commitJournal(disk: Disk, root: string): void {
  disk.rename(join(root, begun), join(root, committed));
}

export function dropJournal(disk: Disk, root: string): void {
  for (const name of [draft, begun, committed])
    if (disk.look(join(root, name)) !== undefined) disk.removeFile(join(root, name));
}

/** What a run left that did not end. Throws `journal-unreadable` for anything that this program does not write. */
export function readJournal(disk: Disk, root: string): { journal: Journal; isCommitted: boolean } | undefined {
  for (const name of [begun, committed]) {
    const file = join(root, name);
    if (disk.look(file) === undefined) continue;
    const problem = (reason: string): Failure => new Failure('journal-unreadable', { file, reason });
    const journal = parseJournal(Buffer.from(disk.read(file)).toString());
    if (journal === undefined) throw problem('it is not a journal of this version');
    const strange = pathsOf(journal).find((path) => !isOwnPath(disk, root, path));
    if (strange !== undefined) throw problem(`it names ${JSON.stringify(strange)}`);
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

/** Beside its target, hence on the same file system: a rename across file systems is no rename. */
export function stagingPath(folder: string, run: string, index: number, suffix: 'new' | 'old'): string {
  return `${folder === '' ? '' : `${folder}/`}${stateFolder}-${run}-${index}.${suffix}`;
}

/** A journal may have come with a repository: it must not reach out of the root, not by `..` and not by a link. */
function isOwnPath(disk: Disk, root: string, path: string): boolean {
  if (path.split('/').some((segment) => ['', '.', '..'].includes(segment) || /[\0\\]/.test(segment))) return false;
  try {
    return confine(disk, root, path as RelPath).path === path;
  } catch {
    return false;
  }
}
