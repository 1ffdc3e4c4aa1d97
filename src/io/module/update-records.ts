import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { isDiskError, reasonOf } from '../fs/disk-error.ts';
import { stateFolder } from '../fs/read-tree.ts';

/** The record of the last update. In the state folder, ignored by git. */
const recordPath = join(stateFolder, 'last-update.json');
const earlierName = /^earlier-update-(\d+)\.json$/;
const maxEarlier = 9;

/** The records of a host, the last update first. */
export function recordFiles(root: string): readonly string[] {
  const last = join(root, recordPath);
  return [...(existsSync(last) ? [last] : []), ...numbersOf(root).map((number) => earlierFile(root, number))];
}

/** Adds a record, which `write` writes to the given file. Returns a function that removes it again. */
export function addRecord(root: string, write: (file: string) => void): () => void {
  const file = join(root, recordPath);
  const earlier = earlierFile(root, (numbersOf(root)[0] ?? 0) + 1);
  asApplyFailure(() => {
    mkdirSync(join(root, stateFolder), { recursive: true });
    writeFileSync(join(root, stateFolder, '.gitignore'), '*\n');
    if (existsSync(file)) {
      copyFileSync(file, `${earlier}.tmp`);
      renameSync(`${earlier}.tmp`, earlier);
    }
    write(`${file}.tmp`);
    renameSync(`${file}.tmp`, file);
  });
  return () => asApplyFailure(() => (existsSync(earlier) ? renameSync(earlier, file) : rmSync(file, { force: true })));
}

/** Removes the oldest records. */
export function pruneRecords(root: string): void {
  for (const number of numbersOf(root).slice(maxEarlier)) rmSync(earlierFile(root, number), { force: true });
}

/** Removes records that were undone. The one before them becomes the record of the last update. */
export function dropRecords(root: string, files: readonly string[]): void {
  for (const file of [...files].reverse()) rmSync(file, { force: true });
  const [next] = recordFiles(root);
  if (next !== undefined) renameSync(next, join(root, recordPath));
}

function earlierFile(root: string, number: number): string {
  return join(root, stateFolder, `earlier-update-${number}.json`);
}

/** The numbers of earlier records, the newest first. */
function numbersOf(root: string): number[] {
  const folder = join(root, stateFolder);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .flatMap((name) => (earlierName.test(name) ? [Number(earlierName.exec(name)?.[1])] : []))
    .sort((a, b) => b - a);
}

function asApplyFailure(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure('apply-failed', { path: recordPath, reason: reasonOf(error) }, error);
  }
}
