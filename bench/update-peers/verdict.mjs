// What became of the user's work and of the pack's change, from the module's folder after an update.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Counts for one case: what was lost, what came, what the tool left for a person, and what it said of it. */
export function verdictOf(folder, test, exit) {
  const files = filesBelow(folder);
  const has = (line, path) =>
    files.some((file) => (path === undefined || file.path === path) && linesOf(file).has(line));
  const lost = test.kept.filter((line) => !has(line, test.keptIn)).length + (keepsRest(folder, test) ? 0 : 1);
  const isLeft = files.some(({ path, text }) => /\.(rej|new)$/.test(path) || text.includes('<<<<<<<'));
  const isConflict = test.isConflict === true;
  const came = (test.arrived ?? []).every((line) => has(line, test.arrivedIn));
  const isTold = isLeft || exit !== 0;
  return {
    exit,
    lost,
    falseConflict: !isConflict && isTold,
    missed: isConflict && !isTold,
    notApplied: !came && !isTold,
    exitZero: isLeft && exit === 0,
  };
}

/** In a few words, for the table. */
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

/** Lines as bytes: a line that changed its encoding is not the line that was written. */
const linesOf = ({ text }) => new Set(text.split('\n'));
