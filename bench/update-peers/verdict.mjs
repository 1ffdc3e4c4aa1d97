// Evaluates an update from the module's folder: whether the user's edits and the pack's changes survived.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The counts for one case: lost edits, missing changes, conflicts left to resolve, and the exit code. */
export function verdictOf(folder, test, exit) {
  const files = filesBelow(folder);
  const has = (line, path) =>
    files.some((file) => (path === undefined || file.path === path) && linesOf(file).has(line));
  const lost = test.kept.filter((line) => !has(line, test.keptIn)).length + (keepsRest(folder, test) ? 0 : 1);
  const isLeft = files.some(({ path, text }) => /\.(rej|new)$/.test(path) || text.includes('<<<<<<<'));
  const isConflict = test.isConflict === true;
  const came = (test.arrived ?? []).every((line) => has(line, test.arrivedIn));
  const isReported = isLeft || exit !== 0;
  return {
    exit,
    lost,
    falseConflict: !isConflict && isReported,
    missed: isConflict && !isReported,
    notApplied: !came && !isReported,
    exitZero: isLeft && exit === 0,
  };
}

/** A summary for the table. */
export function wordsOf({ exit, lost, falseConflict, missed, notApplied, exitZero }) {
  const words = [
    lost > 0 && '**user edit lost**',
    notApplied && '**pack change lost**',
    missed && 'conflict missed',
    falseConflict && 'stopped unnecessarily',
    exitZero && 'conflict left',
  ].filter((word) => word !== false);
  return `${words.length === 0 ? 'correct' : words.join(', ')} (exit ${exit})`;
}

function keepsRest(folder, { keptBytes, absent, executable }) {
  if (keptBytes !== undefined && !readFileSync(join(folder, keptBytes[0])).equals(keptBytes[1])) return false;
  if (absent !== undefined && existsSync(join(folder, absent))) return false;
  return executable === undefined || (statSync(join(folder, executable)).mode & 0o111) !== 0;
}

function filesBelow(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.name === '.git' || entry.name === '.ai-module') return [];
    if (entry.isDirectory()) return filesBelow(folder, path);
    return [{ path, text: readFileSync(join(folder, path), 'latin1') }];
  });
}

/** The lines as bytes, so that a changed encoding counts as a change. */
const linesOf = ({ text }) => new Set(text.split('\n'));
