/**
 * Remembers who makes which path, and finds whoever makes the same one: also where only the case of letters differs,
 * which is one file on two of three operating systems, and where one path would have to be a folder of the other.
 */
export class PathClaims<Owner> {
  readonly #files = new Map<string, Owner>();
  readonly #folders = new Map<string, Owner>();

  /** The owner that `path` collides with; `undefined` when there is none and the path is claimed. */
  claim(path: string, owner: Owner): Owner | undefined {
    const key = path.normalize('NFC').toLowerCase();
    const parts = key.split('/');
    const folders = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
    const other = this.#files.get(key) ?? this.#folders.get(key) ?? this.#ownerOf(folders);
    if (other !== undefined) return other;
    this.#files.set(key, owner);
    for (const folder of folders) this.#folders.set(folder, owner);
    return undefined;
  }

  #ownerOf(files: readonly string[]): Owner | undefined {
    return files.map((file) => this.#files.get(file)).find((owner) => owner !== undefined);
  }
}
