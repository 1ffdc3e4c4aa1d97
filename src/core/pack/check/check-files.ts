import { nearestWord } from '../../text/nearest-word.ts';
import { foldCase } from '../../tree/rel-path.ts';
import { isEditorFile } from '../source/editor-files.ts';
import { isPackFile } from '../source/start-pack.ts';
import { pathProblem } from './check-render.ts';
import type { PackProblem } from './pack-problem.ts';

/** An entry of a pack's folder, as it is on the disk. */
export interface PackEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
}

/** Names that a package of npm never has. */
const leftOut = ['.gitignore', '.npmignore', '.npmrc'];

const folders = ['module', 'host', 'edits', 'attach', 'partials', 'runtime'];

/** Checks the names and kinds of the files of a pack. */
export function checkFiles(entries: readonly PackEntry[]): PackProblem[] {
  const seen = new Map<string, string>();
  return entries.flatMap(({ path, kind }): PackProblem[] => {
    const problem = problemOf(path, kind) ?? pathProblem(path);
    if (problem) return [problem];
    const same = seen.get(foldCase(path));
    seen.set(foldCase(path), path);
    if (same === undefined) return [];
    const message = `${same} is the same path on a case-insensitive file system`;
    return [{ rule: 'path-collision', file: path, message, hint: 'Rename one of them.' }];
  });
}

function problemOf(path: string, kind: PackEntry['kind']): PackProblem | undefined {
  const unused = (message: string, hint: string): PackProblem => ({ rule: 'unused-file', file: path, message, hint });
  if (kind === 'link') return unused('it is a link, which packs ignore', 'Replace it by a copy of the file.');
  if (kind === 'other') return unused('it is neither a file nor a folder', 'Remove it.');
  if (isEditorFile(path))
    return unused(
      'an editor or a file manager left it behind; packs ignore it',
      'Delete it, and add its name to .gitignore.',
    );
  const [folder = '', ...rest] = path.split('/');
  if (rest.length === 0) return isPackFile(path) ? undefined : misnamed(path, unused);
  if (!folders.includes(folder) && !folder.startsWith('.')) {
    const near = nearestWord(folder, folders);
    const hint = near === undefined ? `Packs have the folders ${folders.join(', ')}.` : `Did you mean ${near}/?`;
    return near === undefined ? undefined : unused(`the folder ${folder}/ is not a part of packs`, hint);
  }
  const name = rest.at(-1) ?? '';
  if (leftOut.includes(name)) return unused('npm leaves it out of packages', `Rename it to ${name}.hbs.`);
  if (folder === 'partials' && !name.endsWith('.hbs'))
    return unused('partials end in .hbs', `Rename it to ${name}.hbs.`);
  return undefined;
}

/** Any file may be beside pack.yaml, except one whose name is nearly that. */
function misnamed(path: string, unused: (message: string, hint: string) => PackProblem): PackProblem | undefined {
  return /^pack\.(yml|json)$|^pack\.yaml\./i.test(path)
    ? unused('the file must be named pack.yaml', 'Rename it.')
    : undefined;
}
