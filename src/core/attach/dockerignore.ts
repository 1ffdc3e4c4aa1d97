import type { AppFiles, FileEdit } from './application.ts';

/** What images need of the attachment. */
export interface NeededPaths {
  readonly entry: string;
  readonly dir: string;
  /** The archive of the runtime, with a pattern of all its versions; `undefined` for a registry. */
  readonly archive: { readonly path: string; readonly versions: string } | undefined;
}

/** Lets images have the archive and the guest's folder, where a .dockerignore excludes them. */
export function editDockerignores(files: AppFiles, { entry, dir, archive }: NeededPaths): FileEdit[] {
  const lists = files.paths.filter((path) => path === '.dockerignore' || path.endsWith('file.dockerignore'));
  return lists.flatMap((file) => {
    const text = files.read(file) ?? '';
    const isExcluded = excludedBy(text);
    const guest = ['attachment', 'modules/x/manifest.yaml', 'modules/x/prompt.md'].map((path) => `${dir}/${path}`);
    const lines = [
      ...(archive !== undefined && isExcluded(archive.path) ? [`!${archive.versions}`] : []),
      // Some images have compiled files only.
      ...(!isExcluded(entry) && guest.some(isExcluded) ? [`!${dir}`] : []),
    ];
    if (lines.length === 0) return [];
    const ending = text.includes('\r\n') ? '\r\n' : '\n';
    return [{ file, after: `${text.replace(/(?<!\n)$/, ending)}${lines.map((line) => line + ending).join('')}` }];
  });
}

/** The last pattern that matches a path or a folder above it decides. */
function excludedBy(text: string): (path: string) => boolean {
  const patterns = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, not = '', pattern = ''] = /^(!?)\s*(?:\.?\/)?(.*?)\/?$/.exec(line) ?? [];
      return { isExcluding: not === '', matches: new RegExp(`^(?:${sourceOf(pattern)})(?:/|$)`) };
    });
  return (path) => patterns.findLast(({ matches }) => matches.test(path))?.isExcluding ?? false;
}

/** `**` is any number of folders, `*` is a part of a name. */
function sourceOf(pattern: string): string {
  return pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => wildcards[part] ?? part.replace(/[\\^$.|+()[\]{}]/g, '\\$&'))
    .join('');
}

const wildcards: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
