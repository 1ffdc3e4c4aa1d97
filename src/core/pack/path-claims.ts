import { foldCase, folderOf } from '../text/rel-path.ts';

/**
 * Remembers who makes which path, and finds whoever makes the same one: also where only the case of letters differs,
 * which is one file on two of three operating systems, and where one path would have to be a folder of the other.
 */
export class PathClaims<Owner> {
  readonly #files = new Map<string, Owner>();
  readonly #folders = new Map<string, Owner>();

  /** The owner that `path` collides with; `undefined` when there is none and the path is claimed. */
  claim(path: string, owner: Owner): Owner | undefined {
    const key = foldCase(path);
    const folders = foldersAbove(key);
    let other = this.#files.get(key) ?? this.#folders.get(key);
    for (const folder of folders) other ??= this.#files.get(folder);
    if (other !== undefined) return other;
    this.#files.set(key, owner);
    for (const folder of folders) this.#folders.set(folder, owner);
    return undefined;
  }
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  return folders;
}
